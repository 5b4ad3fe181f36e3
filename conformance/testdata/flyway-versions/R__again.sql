SELECT count(*) FROM mg_people;
