SELECT 'mg_16';
