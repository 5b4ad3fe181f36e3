CREATE TABLE b (id bigint PRIMARY KEY);
---- create above / drop below ----
DROP TABLE b;
---- create above / drop below ----
