package catalog_test

import (
	"testing"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

func TestProvesNotNull(t *testing.T) {
	tests := []struct {
		name, sql string
		want      bool
	}{
		{"IS NOT NULL", `ALTER TABLE t ADD CHECK (a IS NOT NULL)`, true},
		{"NOT IS NULL", `ALTER TABLE t ADD CHECK (NOT (a IS NULL))`, true},
		{"AND", `ALTER TABLE t ADD CHECK (b > 1 AND (a IS NOT NULL AND b < 9))`, true},
		{"NOT of OR", `ALTER TABLE t ADD CHECK (NOT (b > 1 OR a IS NULL))`, true},
		{"in every arm of OR", `ALTER TABLE t ADD CHECK ((a IS NOT NULL AND b > 1) OR (a IS NOT NULL AND b < 0) OR false)`, true},
		{"IS NULL = false", `ALTER TABLE t ADD CHECK ((a IS NULL) = false)`, true},
		{"IS DISTINCT FROM NULL", `ALTER TABLE t ADD CHECK (a IS DISTINCT FROM NULL)`, true},
		{"row", `ALTER TABLE t ADD CHECK ((a, b) IS NOT NULL)`, true},
		{"twice NOT", `ALTER TABLE t ADD CHECK (NOT (NOT (a IS NOT NULL)))`, true},
		{"IS TRUE", `ALTER TABLE t ADD CHECK ((a IS NOT NULL) IS TRUE)`, false},
		{"CASE", `ALTER TABLE t ADD CHECK (CASE WHEN a IS NULL THEN false ELSE true END)`, false},
		{"NOT of AND", `ALTER TABLE t ADD CHECK (NOT (a IS NULL AND b > 1))`, false},
		{"OR", `ALTER TABLE t ADD CHECK (a IS NOT NULL OR b > 1)`, false},
		{"a comparison", `ALTER TABLE t ADD CHECK (a > 0)`, false},
		{"coalesce", `ALTER TABLE t ADD CHECK (coalesce(a, 0) IS NOT NULL)`, false},
		{"num_nonnulls", `ALTER TABLE t ADD CHECK (num_nonnulls(a) = 1)`, false},
		{"another column", `ALTER TABLE t ADD CHECK (b IS NOT NULL)`, false},
		{"IS NULL", `ALTER TABLE t ADD CHECK (a IS NULL)`, false},
		{"not valid", `ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID`, false},
		{"validated", `ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c`, true},
		{"validated, then dropped", `ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c; ALTER TABLE t DROP CONSTRAINT c`, false},
		{"of a renamed column", `ALTER TABLE t RENAME a TO x; ALTER TABLE t ADD CHECK (x IS NOT NULL); ALTER TABLE t RENAME x TO a`, true},
		{"NOT NULL constraint", `ALTER TABLE t ADD CONSTRAINT n NOT NULL a`, true},
		{"NOT NULL constraint, not valid", `ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID`, false},
		{"NOT NULL constraint, validated", `ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT n`, true},
		{"not enforced", `ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT ENFORCED`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := replay(t, `CREATE TABLE t (a int, b int);`+tt.sql)
			if got := c.ProvesNotNull(c.Table(name("t")), "a"); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestVolatility(t *testing.T) {
	setup := `CREATE FUNCTION plain() RETURNS int LANGUAGE sql AS 'SELECT 1';
		CREATE FUNCTION steady() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
		CREATE FUNCTION fixed(int, int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
		CREATE FUNCTION fixed(text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';`
	tests := []struct {
		expr  string
		want  sqlast.Volatility
		known bool
	}{
		{`1`, sqlast.Immutable, true},
		{`'x'::varchar(10)`, sqlast.Immutable, true},
		{`now()`, sqlast.Stable, true},
		{`CURRENT_TIMESTAMP`, sqlast.Stable, true},
		{`(now() AT TIME ZONE 'utc')::date`, sqlast.Stable, true},
		{`txid_current()`, sqlast.Stable, true},
		{`current_setting('app.tenant')`, sqlast.Stable, true},
		{`md5('x')`, sqlast.Immutable, true},
		{`md5(random()::text)`, sqlast.Volatile, true},
		{`clock_timestamp()`, sqlast.Volatile, true},
		{`gen_random_uuid()`, sqlast.Volatile, true},
		{`pg_catalog.gen_random_uuid()`, sqlast.Volatile, true},
		{`uuid_generate_v4()`, sqlast.Volatile, true},
		{`extensions.uuid_generate_v4()`, sqlast.Volatile, true},
		{`uuidv7()`, sqlast.Volatile, true},
		{`nextval('s')`, sqlast.Volatile, true},
		{`plain()`, sqlast.Volatile, true},
		{`steady()`, sqlast.Stable, true},
		{`public.fixed(1)`, sqlast.Immutable, true},
		{`nanoid()`, sqlast.Volatile, false},
		{`CASE WHEN true THEN 1 ELSE random() END`, sqlast.Immutable, true},
		{`CASE WHEN false THEN random() WHEN true THEN 2 END`, sqlast.Immutable, true},
		{`CASE WHEN now() > '2020-01-01' THEN 1 ELSE random() END`, sqlast.Volatile, true},
		{`CASE 1 WHEN 1 THEN 1 ELSE random() END`, sqlast.Volatile, true},
		{`coalesce(1, random())`, sqlast.Immutable, true},
		{`coalesce(NULL, random())`, sqlast.Volatile, true},
		{`(random() > 1 OR true)::int`, sqlast.Immutable, true},
		{`(random() > 1 OR false)::int`, sqlast.Volatile, true},
		{`ARRAY[random()]`, sqlast.Volatile, true},
	}
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			c := replay(t, setup+`ALTER TABLE t ADD COLUMN x text DEFAULT `+tt.expr)
			got, known := c.Volatility(c.Table(name("t")).Column("x").Default)
			if got != tt.want || known != tt.known {
				t.Errorf("got %v, %v, want %v, %v", got, known, tt.want, tt.known)
			}
		})
	}
}

func TestValidateAndReplace(t *testing.T) {
	c := replay(t, `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (p int)`,
		`ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (p) REFERENCES p NOT VALID`,
		`ALTER TABLE t VALIDATE CONSTRAINT f`)
	con := c.Table(name("t")).Constraint("f")
	if !con.Valid || con.Created.Migration != 1 || con.Validated.Migration != 2 {
		t.Errorf("f = %+v", con)
	}
	apply(t, c, 3, `DROP TABLE IF EXISTS none; CREATE TABLE IF NOT EXISTS t (other int); CREATE INDEX IF NOT EXISTS i ON t (p); CREATE INDEX IF NOT EXISTS i ON p (id)`)
	if got := c.Table(name("t")); got.Created.Migration != 0 || len(got.Indexes) != 1 {
		t.Errorf("t = %+v", got)
	}
	if got := c.Index(name("i")); got.Table != (catalog.Key{Schema: "public", Name: "t"}) {
		t.Errorf("i is on %s", got.Table)
	}
	apply(t, c, 4, `CREATE TABLE t (a int)`)
	if got := c.Table(name("t")); got.Created.Migration != 4 || len(got.Indexes) != 0 || c.Index(name("i")) != nil || len(c.Table(name("p")).ReferencedBy) != 0 {
		t.Errorf("created again, t = %+v", got)
	}
}
