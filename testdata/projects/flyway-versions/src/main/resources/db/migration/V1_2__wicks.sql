CREATE TABLE wicks (id bigint PRIMARY KEY);
ALTER TABLE lamps ADD COLUMN lit boolean;
