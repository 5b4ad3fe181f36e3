package pgparse

import (
	"strings"
	"testing"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// accepted are statements that PostgreSQL 16 takes in the body of a function that
// declares their variables.
const accepted = `
x := CASE WHEN b THEN 1 ELSE 2 END
IF (CASE WHEN b THEN b END) THEN NULL; END IF
IF x IN (1,2) AND y = ANY (a) THEN NULL; END IF
IF NOT FOUND THEN NULL; ELSIF FOUND THEN NULL; ELSEIF x > 1 THEN NULL; ELSE NULL; END IF
IF EXISTS (SELECT) OR x IS DISTINCT FROM y THEN NULL; END IF
IF x THEN BEGIN NULL; END; END IF
CASE x WHEN 1, 2 THEN NULL; ELSE NULL; END CASE
CASE WHEN x = 1 THEN NULL; WHEN (CASE x WHEN 1 THEN b END) THEN NULL; END CASE
CASE (SELECT 1) WHEN (SELECT 2) THEN NULL; END CASE
FOR r IN (SELECT 1) LOOP NULL; END LOOP
FOR r IN WITH q AS (SELECT 1) SELECT * FROM q LOOP NULL; END LOOP
FOR x IN 1..(SELECT count(*) FROM t) LOOP NULL; END LOOP
FOR x IN SELECT a FROM t FOR UPDATE LOOP NULL; END LOOP
FOR r IN VALUES (1) LOOP NULL; END LOOP
FOR r IN TABLE t LOOP NULL; END LOOP
FOR r IN DELETE FROM t RETURNING * LOOP NULL; END LOOP
FOR r IN c(1) LOOP NULL; END LOOP
FOR r IN c (k := 1) LOOP NULL; END LOOP
FOR r IN EXPLAIN SELECT 1 LOOP NULL; END LOOP
FOR x, y IN SELECT 1, 2 LOOP NULL; END LOOP
FOR r IN EXECUTE 'SELECT ' || y USING x LOOP NULL; END LOOP
FOR i IN REVERSE x..y BY 2 LOOP NULL; END LOOP
FOR i IN 0 .. array_upper(a, 1) - 1 LOOP CONTINUE WHEN i = 1; END LOOP
FOREACH x IN ARRAY (SELECT array_agg(q) FROM t) LOOP NULL; END LOOP
FOREACH a SLICE 1 IN ARRAY a LOOP NULL; END LOOP
WHILE (SELECT true) LOOP EXIT; END LOOP
<<o>> LOOP <<i>> LOOP EXIT o WHEN b; CONTINUE i; END LOOP i; END LOOP o
<<o>> DECLARE q int := 1; BEGIN o.q := 2; END o
RETURN
EXECUTE 'SELECT $1' USING x INTO y
EXECUTE 'SELECT $1' INTO STRICT y USING x, (SELECT 1)
EXECUTE('SELECT 1')
PERFORM DISTINCT a FROM t
PERFORM * FROM f(1)
PERFORM (WITH q AS (SELECT 1) SELECT * FROM q)
RAISE EXCEPTION 'x %', z USING ERRCODE = 'unique_violation', HINT = format('a', b)
RAISE USING ERRCODE := '12345'
RAISE SQLSTATE '22012' USING MESSAGE = (SELECT 'x')
RAISE NOTICE '% %', (SELECT 1), f(2)
ASSERT (SELECT count(*) FROM t) > 0, format('%s', x)
GET CURRENT DIAGNOSTICS x = ROW_COUNT, y = PG_ROUTINE_OID
FETCH ABSOLUTE -1 FROM cc INTO x
MOVE NEXT IN cc
rr.a := 1
a[1:2] := ARRAY[1,2]
a[f(1)] := 2
b = x = y
x:=-1
x=-1
z := 'a' || $q$b;c$q$
a := ARRAY(SELECT 1)
x := f(a => 1)
x := a FROM t WHERE true ORDER BY 1 LIMIT 1
x := DISTINCT a FROM t
SELECT INTO x, y 1, 2
SELECT INTO STRICT x 1
SELECT INTO r * FROM t
SELECT a FROM t FOR UPDATE INTO x
SELECT 1 INTO x /* c */
SELECT CASE WHEN b THEN 'x' END INTO z
INSERT INTO t SELECT 1 ON CONFLICT DO NOTHING RETURNING (xmax = 0) INTO b
UPDATE t SET (a) = (SELECT 1) RETURNING a INTO x
WITH q AS (SELECT 1) INSERT INTO t SELECT * FROM q RETURNING a INTO x
MERGE INTO t USING t s ON t.a = s.a WHEN MATCHED THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN INSERT (a) VALUES (1)
CREATE TEMP TABLE tmp ON COMMIT DROP AS SELECT 1
CREATE FUNCTION g() RETURNS int AS $f$ BEGIN RETURN 1; END $f$ LANGUAGE plpgsql
DO $x$ BEGIN NULL; END $x$
CALL p(x, y)
SET CONSTRAINTS ALL DEFERRED
COPY t FROM '/x'
SAVEPOINT s
START TRANSACTION
COMMIT AND CHAIN
ROLLBACK AND NO CHAIN
OPEN c(1)
OPEN cc NO SCROLL FOR SELECT 1
OPEN cc FOR EXECUTE 'SELECT $1' USING x
BEGIN NULL; EXCEPTION WHEN unique_violation OR SQLSTATE '22012' OR others THEN RAISE; END
DECLARE w x%TYPE; e t%ROWTYPE; n int NOT NULL := 2; l text COLLATE "C" := 'x'; m numeric(10,2) DEFAULT 0; o ALIAS FOR x; BEGIN o := 2; END
DECLARE p CURSOR IS SELECT 1; s NO SCROLL CURSOR FOR SELECT 2; u timestamp with time zone := now(); "Q" int; BEGIN "Q" := 1; END
DECLARE perform int; return int; type text; row_count int; alias int; open int; query text; BEGIN perform := 1; return := 2; open := 3; query = 'x'; END
IMPORT FOREIGN SCHEMA s FROM SERVER v INTO w
ALTER TABLE t ADD COLUMN IF NOT EXISTS q text DEFAULT 'into'
RETURN /* a */ -- b`

// refused are statements that it does not take.
const refused = `
IF x THEN NULL; ELSE IF y THEN NULL; END IF
IF THEN NULL; END IF
LOOP EXIT; END LOOP; END LOOP
FOR i IN 1 LOOP NULL; END LOOP
NULL; ; NULL
BEGIN NULL END
x
x :=
END
INSERT t
COMMIT WORK
ROLLBACK TO s`

func TestRoutineStatements(t *testing.T) {
	for want, list := range map[bool]string{true: refused, false: accepted} {
		for _, s := range strings.Split(list[1:], "\n") {
			body := "DECLARE x int; y int; z text; a int[]; r record; rr t; c CURSOR (k int) FOR SELECT k; cc refcursor; b bool; BEGIN " + s + "\n; END"
			file := source.NewFile("x.sql", []byte(body))
			frag := source.FileFragment(file, 0, len(body))
			left := mostBuilt(len(body))
			r := readPLpgSQL(frag.Span(0, len(body)), frag, nesting{depth: 1, left: &left}, nil)
			if got := r.Problem != nil || hasProblem(r.Body, sqlast.SyntaxError); got != want {
				t.Errorf("a syntax error is %t, want %t: %s\n%s", got, want, s, strings.Join(routineOutline(r), "\n"))
			}
		}
	}
}
