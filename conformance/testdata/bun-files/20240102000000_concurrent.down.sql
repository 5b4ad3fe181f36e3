DROP INDEX CONCURRENTLY mg_people_name_idx;
--bun:split
DELETE FROM mg_people;
