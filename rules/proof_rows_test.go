package rules_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/miglint/miglint/verify"
)

// rowsEach is how many rows an empty table is given.
const rowsEach = 5

// emptiable are the tables that can be given rows: partitioned tables get theirs
// from the set-up, which knows the bounds.
const emptiable = `
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY c.oid`

// writable are the columns of a table that an INSERT has to name.
const writable = `
SELECT quote_ident(a.attname), format_type(b.oid, NULL), COALESCE(format_type(e.oid, NULL), ''), b.typtype, a.atttypmod,
	(SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = b.oid)
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type b ON b.oid = COALESCE(NULLIF(t.typbasetype, 0), t.oid)
LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = '%s'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = '' AND a.attgenerated = ''
	AND COALESCE(pg_get_expr(d.adbin, d.adrelid), '') NOT LIKE 'nextval(%%'
ORDER BY a.attnum`

// fill gives every empty table rows. The values of row i are made of i whatever
// the column, so that foreign keys between filled tables hold.
func fill(ctx context.Context, s *verify.Session) error {
	tables, err := s.Query(ctx, emptiable)
	if err != nil {
		return err
	}
	var sql strings.Builder
	for _, t := range tables {
		table := t[0]
		some, err := s.Query(ctx, "SELECT 1 FROM ONLY "+table+" LIMIT 1")
		if err != nil {
			return err
		}
		if len(some) > 0 {
			continue
		}
		columns, err := s.Query(ctx, fmt.Sprintf(writable, table))
		if err != nil {
			return err
		}
		sql.WriteString(insertRows(table, columns))
	}
	if sql.Len() == 0 {
		return nil
	}
	// Not even triggers and foreign keys get in the way.
	err = s.Exec(ctx, "BEGIN; SET LOCAL session_replication_role = replica; "+sql.String()+"COMMIT")
	if err != nil {
		return fmt.Errorf("filling the tables with rows: %w: let the set-up insert rows of its own\n%s", err, sql.String())
	}
	return nil
}

func insertRows(table string, columns [][]string) string {
	if len(columns) == 0 {
		return strings.Repeat("INSERT INTO "+table+" DEFAULT VALUES;\n", rowsEach)
	}
	var names, values []string
	for _, c := range columns {
		modifier, _ := strconv.Atoi(c[4])
		names, values = append(names, c[0]), append(values, rowValue(c[1], c[2], c[3], modifier, c[5]))
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM generate_series(1, %d) i;\n", table,
		strings.Join(names, ", "), strings.Join(values, ", "), rowsEach)
}

// rowValue is an expression of i, distinct for each row where the type has that
// many values.
func rowValue(typ, element, kind string, modifier int, labels string) string {
	switch kind {
	case "e":
		return fmt.Sprintf("(ARRAY[%s]::%s[])[1 + i %% %d]", labels, typ, 1+strings.Count(labels, "', '"))
	case "r":
		if slices.Contains([]string{"int4range", "int8range", "numrange"}, typ) {
			return typ + "(i, i + 1)"
		}
		if typ == "daterange" {
			return "daterange(date '2026-01-01' + i, date '2026-01-01' + i + 1)"
		}
		return fmt.Sprintf("%s(timestamp '2026-01-01' + i * interval '1 day', timestamp '2026-01-01' + (i + 1) * interval '1 day')", typ)
	}
	switch {
	case element != "":
		return fmt.Sprintf("ARRAY[%s]::%s", rowValue(element, "", "b", -1, ""), typ)
	case strings.Contains(typ, "char") || typ == "text" || typ == "name" || typ == "citext":
		if room := modifier - 4; modifier > 4 && room < 2 {
			return "i::text"
		}
		return "'v' || i"
	}
	switch typ {
	case "boolean":
		return "i % 2 = 0"
	case "uuid":
		return "md5(i::text)::uuid"
	case "date":
		return "date '2026-01-01' + i"
	case "timestamp without time zone", "timestamp with time zone":
		return "timestamp '2026-01-01' + i * interval '1 day'"
	case "time without time zone", "time with time zone":
		return "time '08:00' + i * interval '1 minute'"
	case "interval":
		return "i * interval '1 day'"
	case "json", "jsonb":
		return fmt.Sprintf("json_build_object('n', i)::%s", typ)
	case "bytea":
		return "decode(lpad(i::text, 2, '0'), 'hex')"
	case "inet", "cidr":
		return fmt.Sprintf("('10.0.0.' || i)::%s", typ)
	case "point":
		return "point(i, i)"
	case "tsvector":
		return "to_tsvector('simple', 'v' || i)"
	case "xml":
		return "('<v>' || i || '</v>')::xml"
	case "bit", "bit varying":
		return fmt.Sprintf("i::bit(8)::%s", typ)
	}
	return fmt.Sprintf("i::%s", typ)
}
