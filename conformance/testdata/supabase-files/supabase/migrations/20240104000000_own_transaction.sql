begin;
insert into mg_people values (4, 'x');
commit;
insert into mg_people values (5, 'x');
