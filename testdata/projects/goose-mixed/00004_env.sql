-- +goose Up
-- +goose ENVSUB ON
GRANT SELECT ON bees TO $READER;
GRANT SELECT ON bees TO ${WRITER};
-- +goose ENVSUB OFF
