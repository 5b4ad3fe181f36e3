CREATE TABLE "ferns" ("id" integer);
