SELECT 'mg_15';
