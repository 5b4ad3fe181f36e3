CREATE TABLE k (id bigint);
