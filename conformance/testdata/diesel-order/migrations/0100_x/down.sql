SELECT 'mg_8';
