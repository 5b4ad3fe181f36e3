CREATE TABLE a (id bigint PRIMARY KEY);
-- create above / drop below --
DROP TABLE a;
