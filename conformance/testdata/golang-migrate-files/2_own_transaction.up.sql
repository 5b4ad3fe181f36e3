BEGIN;
ALTER TABLE mg_people ADD COLUMN age int;
COMMIT;
UPDATE mg_people SET age = 1;
