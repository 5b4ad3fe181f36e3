-- an index of a large table
-- atlas:txmode none

-- atlas:nolint PG105
CREATE INDEX CONCURRENTLY parcels_weight_idx ON parcels (weight);
CREATE INDEX CONCURRENTLY parcels_depot_idx ON parcels (depot);
