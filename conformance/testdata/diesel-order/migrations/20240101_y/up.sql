SELECT 'mg_17';
