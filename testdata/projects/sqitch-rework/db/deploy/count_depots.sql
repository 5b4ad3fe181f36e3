\set ON_ERROR_STOP on
\ir helpers.sql
CREATE OR REPLACE FUNCTION count_depots() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM depots WHERE open $$;
