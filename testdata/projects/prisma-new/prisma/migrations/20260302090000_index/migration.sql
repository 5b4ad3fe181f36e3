SET lock_timeout = '5s';
CREATE INDEX CONCURRENTLY "Fern_id_idx" ON "Fern"("id");
