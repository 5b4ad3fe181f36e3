CREATE TABLE ferns (id int);
