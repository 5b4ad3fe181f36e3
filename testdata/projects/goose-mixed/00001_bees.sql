-- +goose Up
CREATE TABLE hives (id bigint PRIMARY KEY);
CREATE TABLE bees (id bigint PRIMARY KEY, hive_id bigint); CREATE TABLE drones (id bigint);

-- +goose StatementBegin
CREATE FUNCTION count_bees() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT count(*) FROM bees);
END;
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION count_bees;
DROP TABLE bees, hives, drones;
