CREATE TABLE "mosses" ("id" bigint PRIMARY KEY);
