CREATE TABLE forgotten (id bigint PRIMARY KEY);
