-- atlas:txtar

-- checks.sql --
SELECT true;
