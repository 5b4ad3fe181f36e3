SELECT '0003_equal';
