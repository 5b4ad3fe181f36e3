SELECT 'mg_13';
