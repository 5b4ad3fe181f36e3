set lock_timeout = '5s';
alter table ferns add column name text;
create index concurrently ferns_name on ferns (name);
alter table ferns add column x int;
alter table ferns add column y int;
