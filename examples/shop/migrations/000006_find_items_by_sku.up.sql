-- Careful twice over, and yet it fails: golang-migrate sends both statements as one query.
SET lock_timeout = '5s';
CREATE INDEX CONCURRENTLY order_items_sku_idx ON order_items (sku);
