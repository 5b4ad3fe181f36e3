CREATE TABLE ferns (id bigint);
