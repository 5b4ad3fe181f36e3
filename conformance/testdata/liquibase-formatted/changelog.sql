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

--changeset author:own-commit
INSERT INTO mg_people VALUES (4, 'x');
COMMIT;
INSERT INTO mg_people VALUES (5, 'x');
/* liquibase rollback
DELETE FROM mg_people WHERE id = 4;
DELETE FROM mg_people WHERE id = 5;
*/

--changeset author:delimiter endDelimiter:/
INSERT INTO mg_people VALUES (6, 'a;b')
/
INSERT INTO mg_people VALUES (7, 'x')
/
--rollback DELETE FROM mg_people WHERE id = 6; DELETE FROM mg_people WHERE id = 7;

--changeset author:last-wins splitStatements:true rollbackSplitStatements:false
INSERT INTO mg_people VALUES (8, 'x');
INSERT INTO mg_people VALUES (9, 'x');
--rollback DELETE FROM mg_people WHERE id = 8;
--rollback DELETE FROM mg_people WHERE id = 9;

--changeset author:the-other-order rollbackSplitStatements:false splitStatements:true
INSERT INTO mg_people VALUES (10, 'x');
INSERT INTO mg_people VALUES (11, 'x');
--rollback DELETE FROM mg_people WHERE id = 10;
--rollback DELETE FROM mg_people WHERE id = 11;

--changeset author:rollback-delimiter rollbackEndDelimiter:@@
INSERT INTO mg_people VALUES (12, 'x');
INSERT INTO mg_people VALUES (13, 'x');
--rollback DELETE FROM mg_people WHERE id = 12; DELETE FROM mg_people WHERE id = 13;
