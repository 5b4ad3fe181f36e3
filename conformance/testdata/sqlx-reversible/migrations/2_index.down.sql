DROP INDEX mg_people_name_idx;
