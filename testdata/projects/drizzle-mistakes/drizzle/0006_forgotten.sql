SELECT '0006_forgotten';
