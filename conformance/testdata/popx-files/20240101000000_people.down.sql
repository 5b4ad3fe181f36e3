DROP TABLE mg_pets;
DROP TABLE mg_people;
