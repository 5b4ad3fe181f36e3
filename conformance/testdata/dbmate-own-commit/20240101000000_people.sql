-- migrate:up
CREATE TABLE mg_people (id bigint PRIMARY KEY, name text);
-- migrate:down
DROP TABLE mg_people;
