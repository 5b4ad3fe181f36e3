-- Add migration script here
-- no-transaction
CREATE INDEX CONCURRENTLY a ON b (c);
