DROP TABLE ferns;
