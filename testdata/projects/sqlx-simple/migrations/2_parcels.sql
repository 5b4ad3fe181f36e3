CREATE TABLE parcels (id bigint PRIMARY KEY);
CREATE TABLE labels (id bigint PRIMARY KEY);
