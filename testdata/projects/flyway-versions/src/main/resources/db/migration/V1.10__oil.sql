CREATE INDEX CONCURRENTLY lamps_lit_idx ON lamps (lit);
