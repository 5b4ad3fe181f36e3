--liquibase formatted sql
CREATE TABLE lost (id bigint PRIMARY KEY);
--changeset ada:1 runInTransactions:false splitStatements=false
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE n int;
BEGIN
  IF true THEN n := 1; END IF;
  RETURN NEW;
END $$;
-rollback DROP FUNCTION touch();
--changeset ada:2
--rollback DROP TABLE a;
--changeset ada:3
CREATE TABLE a (id bigint);
--comments: two of them
-- property of the ramps
--precondition-row-count expectedRows:0 a
-changeset ada:4
CREATE TABLE b (id bigint);
--changeset no-author
CREATE TABLE c (id bigint);
--changeset ada:3
BEGIN;
CREATE TABLE d (id bigint);
COMMIT;
CREATE TABLE e (id bigint);
/* liquibase rollback
DROP TABLE e;
