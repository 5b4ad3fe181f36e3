DROP INDEX CONCURRENTLY mg_people_name_idx;
