--liquibase formatted sql

--changeset author:people
CREATE TABLE mg_people (id bigint PRIMARY KEY, name text);
CREATE TABLE mg_pets (id bigint PRIMARY KEY);
--rollback DROP TABLE mg_pets;
--rollback DROP TABLE mg_people;

--changeset author:concurrent runInTransaction:false
CREATE INDEX CONCURRENTLY mg_people_name_idx ON mg_people (name);
INSERT INTO mg_people VALUES (1, 'x');
--rollback DROP INDEX CONCURRENTLY mg_people_name_idx;

--changeset author:function splitStatements:false
CREATE FUNCTION mg_one() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1;
END
$$;
--rollback DROP FUNCTION mg_one();

--changeset author:whole splitStatements:false runInTransaction:false
INSERT INTO mg_people VALUES (2, 'x');
INSERT INTO mg_people VALUES (3, 'x');
--rollback empty
