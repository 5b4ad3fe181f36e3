-- atlas:delimiter \n-- end

CREATE FUNCTION heavy(p int) RETURNS bool LANGUAGE sql
BEGIN ATOMIC
  SELECT p > 10;
END
-- end
INSERT INTO parcels VALUES (1, 2, 3);
INSERT INTO parcels VALUES (2, (SELECT 1 -- end
), 3)
-- end
SELECT 1