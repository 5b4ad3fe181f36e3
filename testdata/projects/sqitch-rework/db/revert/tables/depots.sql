-- Revert depots:tables/depots from pg

BEGIN;
DROP TABLE depots;
COMMIT;
