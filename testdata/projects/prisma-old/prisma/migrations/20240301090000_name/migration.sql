ALTER TABLE "Fern" ADD COLUMN "name" TEXT;
CREATE INDEX CONCURRENTLY "Fern_name_idx" ON "Fern"("name");
