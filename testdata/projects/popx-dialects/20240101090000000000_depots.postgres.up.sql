CREATE TABLE depots (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE ramps (id bigint PRIMARY KEY, depot_id bigint NOT NULL);
