CREATE TABLE "mg_people" ("id" bigint PRIMARY KEY, "name" text);
--> statement-breakpoint
CREATE TABLE "mg_pets" ("id" bigint PRIMARY KEY);--> statement-breakpoint
CREATE INDEX "mg_people_name_idx" ON "mg_people" ("name");
