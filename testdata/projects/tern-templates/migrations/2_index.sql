---- tern: disable-tx ----
CREATE INDEX CONCURRENTLY labels_idx ON labels (id);
ANALYZE labels;
---- create above / drop below ----
DROP INDEX labels_idx;
