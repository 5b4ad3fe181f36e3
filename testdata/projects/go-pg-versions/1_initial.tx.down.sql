DROP TABLE labels, parcels;
