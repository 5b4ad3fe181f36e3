CREATE OR REPLACE VIEW mg_names AS SELECT name FROM mg_people;
