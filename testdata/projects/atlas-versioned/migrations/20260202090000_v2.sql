-- atlas:checkpoint v2

CREATE TABLE parcels (id bigint PRIMARY KEY, weight int, depot int);
