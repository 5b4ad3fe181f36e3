---- tern: disable-tx ----
CREATE FUNCTION mg_two() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 2; /* ; */
END
$$;
SELECT mg_two() AS "a;b";
---- create above / drop below ----
DROP FUNCTION mg_two();
