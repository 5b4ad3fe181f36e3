SELECT '0001_mosses';
