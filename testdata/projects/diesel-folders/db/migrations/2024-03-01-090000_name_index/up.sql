CREATE INDEX CONCURRENTLY ferns_name_idx ON ferns (name);
