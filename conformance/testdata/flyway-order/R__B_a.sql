SELECT 'mg_11';
