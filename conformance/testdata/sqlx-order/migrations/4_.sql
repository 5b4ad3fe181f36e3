SELECT 'mg_9';
