begin;
create index orders_customer_id on orders (customer_id);
commit;
