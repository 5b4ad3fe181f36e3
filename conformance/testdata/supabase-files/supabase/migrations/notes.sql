drop table mg_people;
