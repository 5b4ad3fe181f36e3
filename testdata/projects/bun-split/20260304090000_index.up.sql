SET lock_timeout = 0;
--bun:split
CREATE INDEX CONCURRENTLY parcels_weight_idx ON parcels (weight);
