SELECT 'mg_12';
