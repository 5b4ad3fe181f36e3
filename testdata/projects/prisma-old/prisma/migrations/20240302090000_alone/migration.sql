CREATE INDEX CONCURRENTLY "Fern_name2_idx" ON "Fern"("name");
