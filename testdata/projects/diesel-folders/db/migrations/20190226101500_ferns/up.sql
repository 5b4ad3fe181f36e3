CREATE TABLE ferns (id bigint PRIMARY KEY, name text);
CREATE TABLE mosses (id bigint PRIMARY KEY);
