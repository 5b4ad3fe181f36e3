-- tern: disable-tx
CREATE INDEX CONCURRENTLY a ON b (c);
---- create above / drop below ----
