create index concurrently mg_people_name_idx on mg_people (name);
