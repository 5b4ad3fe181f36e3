SELECT 'mg_4';
