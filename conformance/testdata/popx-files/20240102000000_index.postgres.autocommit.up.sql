CREATE INDEX CONCURRENTLY mg_people_name_idx ON mg_people (name);
