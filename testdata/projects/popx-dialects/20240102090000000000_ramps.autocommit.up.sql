CREATE INDEX CONCURRENTLY ramps_depot_id_idx ON ramps (depot_id);
