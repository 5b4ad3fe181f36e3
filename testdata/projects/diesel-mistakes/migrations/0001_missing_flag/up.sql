CREATE TABLE ferns (id bigint PRIMARY KEY);
