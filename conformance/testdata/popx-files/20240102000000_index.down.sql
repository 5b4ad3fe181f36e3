DROP TABLE mg_people;
