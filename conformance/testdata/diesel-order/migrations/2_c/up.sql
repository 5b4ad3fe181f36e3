SELECT 'mg_5';
