CREATE TABLE "Fern" ("id" INT);
