CREATE TABLE a (id bigint PRIMARY KEY);
--bun:split
CREATE TABLE b (id bigint PRIMARY KEY);
-- bun: split
CREATE TABLE c (id bigint PRIMARY KEY);
--bun:begin
