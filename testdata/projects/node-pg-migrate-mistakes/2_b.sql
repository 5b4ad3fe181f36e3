CREATE TABLE lost (id bigint);
-- Up Migration
CREATE TABLE b (id bigint);
-- Down
DROP TABLE b;
