DROP TABLE mg_toys;
--bun:split
DROP TABLE mg_pets;
DROP TABLE mg_people;
