CREATE TABLE mg_people (id bigint PRIMARY KEY);
