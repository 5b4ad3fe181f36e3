BEGIN;
SELECT id, open FROM depots WHERE false;
ROLLBACK;
