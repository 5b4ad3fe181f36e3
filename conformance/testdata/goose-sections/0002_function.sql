-- What it is for.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION mg_one() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1;
END
$$;
-- +goose StatementEnd
SELECT
  mg_one(); -- a comment behind
-- +goose Down
DROP FUNCTION mg_one();
