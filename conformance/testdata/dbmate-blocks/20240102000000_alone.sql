-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY mg_people_name_idx ON mg_people (name);

-- migrate:down
DROP INDEX mg_people_name_idx;
