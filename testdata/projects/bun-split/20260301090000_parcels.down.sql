DROP TABLE depots, labels;
--bun:split
DROP TABLE parcels;
