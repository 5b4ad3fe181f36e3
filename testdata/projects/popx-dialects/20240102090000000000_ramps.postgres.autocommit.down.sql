DROP INDEX CONCURRENTLY ramps_depot_id_idx;
