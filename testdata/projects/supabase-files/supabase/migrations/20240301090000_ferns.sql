create table ferns (id bigint primary key);
create index on ferns (id);
