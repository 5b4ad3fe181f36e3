-- Add up migration script here
CREATE TABLE parcels (id bigint PRIMARY KEY);
