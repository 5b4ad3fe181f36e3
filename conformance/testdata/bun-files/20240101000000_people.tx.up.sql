CREATE TABLE mg_people (id bigint PRIMARY KEY, name text);
CREATE TABLE mg_pets (id bigint PRIMARY KEY);

--bun:split

CREATE TABLE mg_toys (id bigint PRIMARY KEY);
