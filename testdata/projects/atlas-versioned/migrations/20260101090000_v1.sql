-- atlas:checkpoint v1

CREATE TABLE parcels (id bigint PRIMARY KEY);
