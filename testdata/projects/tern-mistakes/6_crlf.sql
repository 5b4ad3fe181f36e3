---- tern: disable-tx ----
CREATE INDEX CONCURRENTLY a ON b (c);
