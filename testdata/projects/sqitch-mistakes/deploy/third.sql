CREATE TABLE third (id bigint PRIMARY KEY);
