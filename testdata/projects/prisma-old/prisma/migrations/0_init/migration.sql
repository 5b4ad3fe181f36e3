-- CreateTable
CREATE TABLE "Fern" ("id" TEXT NOT NULL, CONSTRAINT "Fern_pkey" PRIMARY KEY ("id"));

-- CreateIndex
CREATE INDEX "Fern_id_idx" ON "Fern"("id");
