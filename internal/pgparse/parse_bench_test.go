package pgparse

import (
	"strings"
	"testing"

	"github.com/miglint/miglint/source"
)

// twentyLines is a migration of the usual kind.
const twentyLines = `-- Orders get a state of their own; the old flag stays until the next release.
BEGIN;

SET LOCAL lock_timeout = '2s';

CREATE TABLE order_states (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id   bigint NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    state      text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'paid', 'sent')),
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX order_states_order_id_idx ON order_states (order_id, changed_at DESC);

ALTER TABLE orders
    ADD COLUMN state text,
    ADD CONSTRAINT orders_state_known CHECK (state IN ('new', 'paid', 'sent')) NOT VALID;
COMMENT ON COLUMN orders.paid IS 'deprecated: read state';

COMMIT;
`

// doBlock is twenty lines of PL/pgSQL.
const doBlock = `DO $$
DECLARE
    part text;
    parts CONSTANT text[] := ARRAY['north', 'south', 'east'];
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'orders_old') THEN
        -- The old rows stay until they are archived.
        ALTER TABLE orders RENAME TO orders_old;
        CREATE TABLE orders (LIKE orders_old INCLUDING ALL) PARTITION BY LIST (region);
    END IF;
    FOREACH part IN ARRAY parts LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF orders FOR VALUES IN (%L)', 'orders_' || part, part);
    END LOOP;
    BEGIN
        CREATE TYPE order_state AS ENUM ('new', 'paid', 'sent');
    EXCEPTION WHEN duplicate_object THEN
        RAISE NOTICE 'order_state is there';
    END;
END
$$;
`

func benchTexts() map[string]string {
	return map[string]string{
		"20 lines": twentyLines,
		"DO":       doBlock,
		"100 kB":   strings.Repeat(twentyLines, 100_000/len(twentyLines)+1),
		"5 MB insert": "INSERT INTO t (id, name, at) VALUES\n" +
			strings.Repeat("(1234567, 'a name of some length', now() - interval '1 day'),\n", 5<<20/60) + "(1, '', now());",
	}
}

func BenchmarkParse(b *testing.B) {
	for name, text := range benchTexts() {
		b.Run(name, func(b *testing.B) {
			file := source.NewFile("x.sql", []byte(text))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				Parse(source.FileFragment(file, 0, len(text)), Options{})
			}
		})
	}
}

// BenchmarkParseErrors is a file of which every second statement is wrong, so
// that each is parsed on its own.
func BenchmarkParseErrors(b *testing.B) {
	text := strings.Repeat("CREATE TABLE t (a int,);\nALTER TABLE t ADD COLUMN b int;\n", 500)
	file := source.NewFile("x.sql", []byte(text))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(source.FileFragment(file, 0, len(text)), Options{})
	}
}
