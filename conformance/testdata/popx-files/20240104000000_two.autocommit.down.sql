DELETE FROM mg_people;
