-- +migrate Up noTransaction
CREATE INDEX CONCURRENTLY i ON t (a);
