-- no-transaction
CREATE INDEX CONCURRENTLY labels_idx ON labels (id);
