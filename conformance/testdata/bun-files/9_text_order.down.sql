DELETE FROM mg_people WHERE id = 9;
