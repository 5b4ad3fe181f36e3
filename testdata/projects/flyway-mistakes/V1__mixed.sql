SET lock_timeout = '5s';
CREATE TABLE t (a int);
CREATE UNIQUE INDEX CONCURRENTLY t_a_idx ON t (a);
VACUUM t;
