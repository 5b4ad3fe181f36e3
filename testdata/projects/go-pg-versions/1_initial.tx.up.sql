CREATE TABLE parcels (id bigint PRIMARY KEY);
--gopg:split
CREATE TABLE labels (id bigint PRIMARY KEY);
