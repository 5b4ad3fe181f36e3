CREATE TABLE depots (id bigint PRIMARY KEY);
