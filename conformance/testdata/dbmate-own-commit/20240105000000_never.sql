-- migrate:up
DROP TABLE mg_people;
-- migrate:down
