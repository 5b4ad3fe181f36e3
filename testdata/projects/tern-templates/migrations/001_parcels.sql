CREATE TABLE {{.prefix}}_parcels (id bigint PRIMARY KEY);
CREATE TABLE labels (id bigint PRIMARY KEY);

---- create above / drop below ----

DROP TABLE labels;
DROP TABLE {{.prefix}}_parcels;
