-- atlas:txmode none

CREATE TABLE mg_a (id int);
CREATE TABLE mg_b (id int); -- x; y
DO $$ BEGIN PERFORM 'mg_2;'; END $$;
/* ; */ SELECT 'mg_3' AS "a;b"
