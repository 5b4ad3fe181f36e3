begin;
alter table ferns add column z int;
commit;
