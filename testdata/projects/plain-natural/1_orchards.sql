CREATE TABLE orchards (id bigint PRIMARY KEY);
