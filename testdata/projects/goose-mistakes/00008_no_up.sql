CREATE TABLE i (id bigint);
