-- atlas:txtar

-- checks/empty.sql --
SELECT NOT EXISTS (SELECT FROM parcels WHERE depot IS NULL);

-- migration.sql --
-- atlas:txmode none

ALTER TABLE parcels DROP depot;
ANALYZE parcels;

-- down.sql --
ALTER TABLE parcels ADD depot int;
