SET lock_timeout = '5s';
DROP INDEX CONCURRENTLY "Fern_id_idx";
