-- +migrate Down
DROP FUNCTION mg_one();
-- +migrate Up
-- +migrate StatementBegin
CREATE FUNCTION mg_one() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1;
END
$$;
-- +migrate StatementEnd
SELECT mg_one();
