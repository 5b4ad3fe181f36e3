CREATE TABLE "mosses" ("id" bigint PRIMARY KEY)
--> statement-breakpoint
ALTER TABLE "mosses" ADD COLUMN "x" int
