DELETE FROM mg_pets;
