insert into mg_people values (1, 'x');
create index concurrently mg_pets_idx on mg_pets (id);
insert into mg_people values (2, 'x');
insert into mg_people values (3, 'x');
