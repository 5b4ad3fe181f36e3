DROP TABLE ramps;
DROP TABLE depots;
