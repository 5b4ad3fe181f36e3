SELECT 'mg_2';
