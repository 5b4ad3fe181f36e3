-- Up Migration
CREATE TABLE depots (id bigint PRIMARY KEY);
CREATE TABLE ramps (id bigint PRIMARY KEY);

-- Down Migration
DROP TABLE ramps;
DROP TABLE depots;
