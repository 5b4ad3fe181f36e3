SELECT 1;
-- gopg:split
SELECT 2;
