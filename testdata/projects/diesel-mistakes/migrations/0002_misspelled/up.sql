CREATE TABLE mosses (id bigint PRIMARY KEY);
CREATE TABLE lichens (id bigint PRIMARY KEY);
