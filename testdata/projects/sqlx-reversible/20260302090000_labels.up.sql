-- Add up migration script here
CREATE TABLE labels (id bigint PRIMARY KEY);
