-- Possible because it is alone in its query.
CREATE INDEX CONCURRENTLY mg_people_name_idx ON mg_people (name);
