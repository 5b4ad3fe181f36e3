--liquibase formatted sql

--changeset ada:1 labels:"a, b" context:prod
--comment: the first table
--preconditions onFail:MARK_RAN
--precondition-sql-check expectedResult:0 SELECT count(*) FROM pg_tables WHERE tablename = 'ramps'
CREATE TABLE ramps (
  id bigint PRIMARY KEY, -- one; or more
  note text DEFAULT 'a;b'
);
GRANT SELECT ON ramps TO ${owner};
--rollback DROP TABLE
--rollback   ramps;

--changeset ada:2 runInTransaction:false
CREATE INDEX CONCURRENTLY ramps_note_idx ON ramps (note);
--rollback DROP INDEX CONCURRENTLY ramps_note_idx;

--changeset ada:oracle dbms:oracle,mssql
CREATE TABLE ramps (id NUMBER(19));
/
--changeset ada:4 splitStatements:false
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE n int;
BEGIN
  IF true THEN n := 1; END IF;
  RETURN NEW;
END $$;
/* liquibase rollback
DROP FUNCTION touch();
DROP TABLE IF EXISTS touched;
*/

--changeset "Release Team":"5 and 6" endDelimiter:// runOnChange:true
CREATE VIEW open AS SELECT 1 AS a; //
CREATE VIEW closed AS SELECT 2 AS a //
--rollback not required
