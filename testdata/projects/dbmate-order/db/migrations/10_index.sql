-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY ferns_id_idx ON ferns (id);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY ferns_id_idx;
