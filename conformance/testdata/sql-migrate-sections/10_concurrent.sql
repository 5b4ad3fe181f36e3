-- +migrate Up notransaction
CREATE INDEX CONCURRENTLY mg_people_name_idx ON mg_people (name);
INSERT INTO mg_people VALUES (10, 'x');
-- +migrate StatementBegin
INSERT INTO mg_people VALUES (11, 'x');
INSERT INTO mg_people VALUES (12, 'x');
-- +migrate StatementEnd
-- +migrate Down
DROP INDEX mg_people_name_idx;
DELETE FROM mg_people;
