CREATE TABLE ramps (id bigint PRIMARY KEY);
