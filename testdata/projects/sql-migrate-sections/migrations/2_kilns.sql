-- +migrate Up
CREATE TABLE kilns (id bigint PRIMARY KEY);
-- this line is dropped
-- +migrate StatementBegin
CREATE FUNCTION fire() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1;
END;
$$;
-- +migrate StatementEnd

-- +migrate Down
DROP FUNCTION fire;
DROP TABLE kilns;
