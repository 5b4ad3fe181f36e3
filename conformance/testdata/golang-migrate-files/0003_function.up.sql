CREATE FUNCTION mg_one() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  -- not the end; of anything
  RETURN 1;
END
$$;
SELECT mg_one();
