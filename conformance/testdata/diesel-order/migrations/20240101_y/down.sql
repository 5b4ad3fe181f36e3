SELECT 'mg_18';
