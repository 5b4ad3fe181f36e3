-- atlas:delimiter \n\n
-- atlas:txmode none

SELECT 'mg_1';
SELECT 'mg_2'

SELECT 'mg_3'
