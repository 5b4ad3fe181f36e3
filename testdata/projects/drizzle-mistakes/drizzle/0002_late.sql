SELECT '0002_late';
