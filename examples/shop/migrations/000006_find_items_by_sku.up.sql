-- Careful, and yet it fails: golang-migrate sends both statements as one query.
CREATE INDEX CONCURRENTLY order_items_sku_idx ON order_items (sku);
ANALYZE order_items;
