begin;
alter table orders add column total numeric;
commit;
