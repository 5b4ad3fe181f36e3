CREATE FUNCTION count_depots() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM depots $$;
