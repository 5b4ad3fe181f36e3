-- What it is for.
CREATE FUNCTION mg_one() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1;
END
$$;
SELECT mg_one();
---- create above / drop below ----
DROP FUNCTION mg_one();
