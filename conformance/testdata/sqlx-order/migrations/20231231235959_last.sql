SELECT 'mg_7';
