CREATE TABLE ferns (id bigint PRIMARY KEY);
CREATE INDEX ON ferns (id);
