create table ferns (id bigint primary key);
