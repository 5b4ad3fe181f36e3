CREATE TABLE early (id bigint PRIMARY KEY);
