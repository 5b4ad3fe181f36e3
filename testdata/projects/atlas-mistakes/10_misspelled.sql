-- atlas:txmod none
-- atlas : nolint

SELECT 1;
