SELECT 'mg_3';
