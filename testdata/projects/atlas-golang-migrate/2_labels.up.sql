CREATE TABLE labels (id bigint PRIMARY KEY);
