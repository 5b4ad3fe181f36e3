-- Ferns.
-- migrate:up
CREATE TABLE ferns (id bigint PRIMARY KEY);
CREATE TABLE mosses (id bigint PRIMARY KEY);

-- migrate:down
DROP TABLE mosses, ferns;
