CREATE TABLE mg_people (id bigint PRIMARY KEY, name text);
CREATE TABLE mg_pets (id bigint PRIMARY KEY);
