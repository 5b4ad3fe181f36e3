DROP FUNCTION count_depots();
