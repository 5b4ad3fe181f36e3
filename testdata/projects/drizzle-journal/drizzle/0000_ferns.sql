CREATE TABLE "ferns" ("id" bigint PRIMARY KEY);
--> statement-breakpoint
CREATE INDEX "a" ON "ferns" ("id");--> statement-breakpoint
CREATE INDEX "b" ON "ferns" ("id");
