-- liquibase formatted sql
-- changeset ada:7
ALTER TABLE ramps ADD COLUMN b text;
--ignoreLines:start
ALTER TABLE ramps ADD COLUMN only_in_the_editor text;
--ignoreLines:end
ALTER TABLE ramps ADD COLUMN c text;
