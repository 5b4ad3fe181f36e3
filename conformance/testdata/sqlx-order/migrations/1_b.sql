SELECT 'mg_1';
