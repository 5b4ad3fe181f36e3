SELECT 1 AS mg_before_the_others;
