SELECT 'mg_14';
