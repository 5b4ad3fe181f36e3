ALTER TABLE parcels ADD weight int;
ALTER TABLE parcels ADD depot int;
