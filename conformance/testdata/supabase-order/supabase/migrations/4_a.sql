SELECT 'mg_10';
