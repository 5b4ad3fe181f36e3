package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/catalog"
)

// differences prints what Diff says, one line each.
func differences(a, b *catalog.Catalog) []string {
	var lines []string
	for _, d := range catalog.Diff(a, b) {
		name := d.Key.Name
		if d.Part != "" {
			name += "." + d.Part
		}
		switch d.Change {
		case catalog.Gone:
			lines = append(lines, fmt.Sprintf("- %s %s", d.Object, name))
		case catalog.Added:
			lines = append(lines, fmt.Sprintf("+ %s %s", d.Object, name))
		default:
			lines = append(lines, fmt.Sprintf("%s %s: %s %q to %q", d.Object, name, d.What, d.Was, d.Is))
		}
	}
	return lines
}

func TestDiff(t *testing.T) {
	const start = `
		CREATE TYPE kind AS ENUM ('box', 'bag');
		CREATE DOMAIN grams AS int CHECK (VALUE >= 0);
		CREATE TABLE depots (id bigint PRIMARY KEY);
		CREATE TABLE parcels (
			id bigserial PRIMARY KEY, kind kind NOT NULL DEFAULT 'box', weight varchar(20) CHECK (weight <> ''),
			depot bigint REFERENCES depots ON DELETE CASCADE, made timestamptz DEFAULT now());
		CREATE INDEX parcels_weight_idx ON parcels (lower(weight)) WHERE kind = 'bag';
		CREATE VIEW bags AS SELECT id, weight FROM parcels WHERE kind = 'bag';
		CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM parcels;
		CREATE UNIQUE INDEX totals_n_idx ON totals (n);
		CREATE FUNCTION kg(g int) RETURNS int LANGUAGE sql AS 'SELECT g / 1000';
		CREATE SEQUENCE numbers;
		CREATE PUBLICATION feed FOR TABLE parcels;`
	tests := []struct {
		name, sql string
		want      []string
	}{
		{"nothing", "SELECT 1", nil},
		{"rows, comments and storage parameters", "INSERT INTO depots VALUES (1); COMMENT ON TABLE depots IS 'x'; ALTER TABLE depots SET (fillfactor = 50)", nil},
		{"there and back", "ALTER TABLE parcels RENAME TO p; ALTER TABLE p RENAME COLUMN kind TO k; ALTER TABLE p RENAME COLUMN k TO kind; ALTER TABLE p RENAME TO parcels", nil},
		{"a column at the end", "ALTER TABLE parcels DROP COLUMN made; ALTER TABLE parcels ADD COLUMN made timestamp with time zone DEFAULT CURRENT_TIMESTAMP", nil},
		{"a sequence renamed and back", "ALTER SEQUENCE parcels_id_seq RENAME TO x; ALTER SEQUENCE x RENAME TO parcels_id_seq; ALTER TABLE depots ALTER COLUMN id SET DEFAULT nextval('numbers'); ALTER SEQUENCE numbers RENAME TO x; ALTER SEQUENCE x RENAME TO numbers; ALTER TABLE depots ALTER COLUMN id DROP DEFAULT", nil},
		{"made again as a dump writes it", `DROP TABLE parcels CASCADE;
			CREATE TABLE public.parcels (id bigint NOT NULL, kind public.kind DEFAULT 'box'::public.kind NOT NULL, weight character varying(20), depot bigint, made timestamp with time zone DEFAULT now(),
				CONSTRAINT parcels_weight_check CHECK (((weight)::text <> ''::text)));
			CREATE SEQUENCE public.parcels_id_seq; ALTER SEQUENCE public.parcels_id_seq OWNED BY public.parcels.id;
			ALTER TABLE ONLY public.parcels ALTER COLUMN id SET DEFAULT nextval('public.parcels_id_seq'::regclass);
			ALTER TABLE ONLY public.parcels ADD CONSTRAINT parcels_pkey PRIMARY KEY (id);
			CREATE INDEX parcels_weight_idx ON public.parcels USING btree (lower((weight)::text)) WHERE (kind = 'bag'::public.kind);
			ALTER TABLE ONLY public.parcels ADD CONSTRAINT parcels_depot_fkey FOREIGN KEY (depot) REFERENCES public.depots(id) ON DELETE CASCADE;
			CREATE VIEW public.bags AS SELECT parcels.id, parcels.weight FROM public.parcels WHERE (parcels.kind = 'bag'::public.kind);
			CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM parcels;
			CREATE UNIQUE INDEX totals_n_idx ON totals (n)`, nil},
		{"a table goes with its parts", "DROP TABLE parcels CASCADE; DROP PUBLICATION feed",
			[]string{"- publication feed", "- view bags", "- table parcels", "- materialized view totals"}},
		{"a table comes", "CREATE TABLE labels (id bigserial PRIMARY KEY, depot bigint REFERENCES depots)", []string{"+ table labels"}},
		{"a column goes with its parts", "ALTER TABLE parcels DROP COLUMN weight CASCADE", []string{"- view bags", "- column parcels.weight"}},
		{"a column comes with its parts", "ALTER TABLE parcels ADD COLUMN n int UNIQUE REFERENCES depots", []string{"+ column parcels.n"}},
		{"an identity column comes", "ALTER TABLE depots ADD COLUMN n int GENERATED ALWAYS AS IDENTITY", []string{"+ column depots.n"}},
		{"properties of columns", `ALTER TABLE parcels ALTER COLUMN kind DROP NOT NULL, ALTER COLUMN kind SET DEFAULT 'bag', ALTER COLUMN made DROP DEFAULT, ALTER COLUMN made SET NOT NULL;
			ALTER TABLE depots ALTER COLUMN id TYPE int, ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY`,
			[]string{`column depots.id: type "bigint" to "integer"`, `column depots.id: identity "" to "GENERATED ALWAYS AS IDENTITY"`,
				`column parcels.kind: NOT NULL "NOT NULL" to ""`, `column parcels.kind: default "'box'" to "'bag'"`,
				`column parcels.made: NOT NULL "" to "NOT NULL"`, `column parcels.made: default "now()" to ""`}},
		{"constraints", `ALTER TABLE parcels DROP CONSTRAINT parcels_depot_fkey, ADD CONSTRAINT parcels_depot_fkey FOREIGN KEY (depot) REFERENCES depots;
			ALTER TABLE parcels DROP CONSTRAINT parcels_weight_check, ADD CONSTRAINT parcels_weight_check CHECK (weight <> 'x');
			ALTER TABLE parcels RENAME CONSTRAINT parcels_pkey TO parcels_key; ALTER TABLE depots ADD CHECK (id > 0)`,
			[]string{"+ constraint depots.depots_id_check", `constraint parcels.parcels_weight_check: condition "weight <> ''" to "weight <> 'x'"`,
				`constraint parcels.parcels_depot_fkey: ON DELETE "CASCADE" to ""`, `constraint parcels.parcels_key: name "parcels_pkey" to "parcels_key"`}},
		{"indexes", "DROP INDEX parcels_weight_idx; CREATE INDEX parcels_weight_idx ON parcels (weight); CREATE INDEX extra ON depots (id); DROP INDEX totals_n_idx; CREATE INDEX totals_n_idx ON totals (n)",
			[]string{"+ index extra", `index parcels_weight_idx: keys "lower(weight)" to "weight"`, `index totals_n_idx: uniqueness "UNIQUE" to ""`}},
		{"an index of another name", "ALTER INDEX parcels_weight_idx RENAME TO other", []string{`index other: name "parcels_weight_idx" to "other"`}},
		{"types", "ALTER TYPE kind ADD VALUE 'tube' BEFORE 'bag'; ALTER DOMAIN grams SET NOT NULL; CREATE TYPE pair AS (a int, b int)",
			[]string{`domain grams: NOT NULL "" to "NOT NULL"`, "+ enum value kind.tube", "+ type pair"}},
		{"functions and sequences", "CREATE OR REPLACE FUNCTION kg(g int) RETURNS int LANGUAGE sql AS 'SELECT g'; CREATE FUNCTION kg(g bigint) RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP SEQUENCE numbers; CREATE SEQUENCE more",
			[]string{`function kg: body "" to ""`, "+ function kg", "+ sequence more", "- sequence numbers"}},
		{"a schema goes", "DROP SCHEMA public CASCADE", []string{"- domain grams", "- table depots", "- type kind", "- function kg", "- sequence numbers", "- table parcels", "- view bags", "- materialized view totals"}},
		{"an unseen table", "ALTER TABLE orders ADD COLUMN n int, DROP COLUMN m", nil},
		{"anything", "DROP TABLE depots CASCADE; DO $$ BEGIN EXECUTE x; END $$", nil},
		{"what a block names", "ALTER TABLE depots ADD COLUMN n int; CREATE TABLE labels (); DO $$ BEGIN ALTER TABLE depots DROP COLUMN n; END $$", []string{"+ table labels"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := replay(t, start)
			was := c.Snapshot()
			apply(t, c, 1, tt.sql)
			got := differences(was, c)
			if diff := cmp.Diff(slices.Sorted(slices.Values(tt.want)), slices.Sorted(slices.Values(got))); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
			if again := differences(c, c); again != nil {
				t.Errorf("differs from itself: %s", again)
			}
		})
	}
}

// TestDiffCostsWhatChanged holds the comparison to the part of a large schema
// that two catalogs do not share.
func TestDiffCostsWhatChanged(t *testing.T) {
	var sql strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&sql, "CREATE TABLE t%d (id int PRIMARY KEY);\n", i)
	}
	c := replay(t, sql.String())
	was := c.Snapshot()
	apply(t, c, 1, "ALTER TABLE t17 ADD COLUMN n int")
	apply(t, c, 2, "ALTER TABLE t17 DROP COLUMN n")
	if allocs := testing.AllocsPerRun(10, func() { catalog.Diff(was, c) }); allocs > 200 {
		t.Errorf("%v allocations to compare one changed table of 3000", allocs)
	}
}
