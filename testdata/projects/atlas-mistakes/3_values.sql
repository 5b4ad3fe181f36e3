-- atlas:txmode off
-- atlas:delimiter //

SELECT 1;
