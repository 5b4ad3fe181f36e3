ALTER TABLE parcels ADD weight int;
--bun:split
UPDATE parcels SET weight = 1;
