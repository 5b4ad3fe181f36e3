SELECT 'mg_6';
