-- no-transaction
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY labels_idx2 ON labels (id);
