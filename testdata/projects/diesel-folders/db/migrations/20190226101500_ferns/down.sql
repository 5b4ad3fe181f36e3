DROP TABLE mosses;
DROP TABLE ferns;
