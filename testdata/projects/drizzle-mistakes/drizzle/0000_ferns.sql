SELECT '0000_ferns';
