DROP TABLE ramps;
