package verify

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

// oid is the number by which a system catalog knows an object. It stays when the
// object is renamed, and is unique in its catalog only.
type oid uint32

// state is what the system catalogs say between two statements, as far as an
// effect shows in it.
type state struct {
	relations   map[oid]*relation
	columns     map[columnID]string
	constraints map[oid]*constraint
	objects     map[objectID]object
	parents     map[oid][]oid
	held        map[oid]effect.Mode // by this session
	seqScans    map[oid]int         // in this transaction
	filled      map[oid]bool        // tables whose files have pages; if asked for
}

type relation struct {
	key        catalog.Key
	kind       sqlast.ObjectKind
	parted     bool   // a partitioned table or index: no file of its own
	file       string // relfilenode
	table      oid    // of an index
	constraint bool   // an index behind a constraint
}

type columnID struct {
	relation oid
	number   string
}

type constraint struct {
	relation, domain, parent oid // parent: the constraint of the partitioned table it came from
	name, kind               string
	valid                    bool
}

type objectID struct {
	tag string // of its catalog
	oid oid
}

// object is anything else that can be lost.
type object struct {
	kind     sqlast.ObjectKind
	relation oid // of triggers, policies and rules
	name     string
}

// The queries below list what users made, which is what has an oid from 16384 on
// (FirstNormalObjectId in access/transam.h): not what is in a system schema, and of temporary tables only those of this session, under the name pg_temp.
const (
	temporarySchema = "pg_temp"

	schemaSQL = `(SELECT oid, CASE WHEN oid = pg_my_temp_schema() THEN 'pg_temp' ELSE nspname END AS nspname
FROM pg_namespace WHERE oid = pg_my_temp_schema() OR nspname !~ '^pg_' AND nspname <> 'information_schema') n`

	stateSQL = `SELECT 'relation', c.oid, n.nspname, c.relname, c.relkind, c.relfilenode, i.indrelid,
 EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p','u','x'))
FROM pg_class c JOIN ` + schemaSQL + ` ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE c.oid >= 16384 AND c.relkind <> 'c';
SELECT 'column', a.attrelid, a.attnum, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN ` + schemaSQL + ` ON n.oid = c.relnamespace WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT attisdropped AND c.relkind IN ('r','p','f');
SELECT 'constraint', k.oid, k.conrelid, k.contypid, k.conparentid, k.conname, k.contype, k.convalidated
FROM pg_constraint k JOIN ` + schemaSQL + ` ON n.oid = k.connamespace WHERE k.oid >= 16384;
SELECT 'parent', inhrelid, inhparent FROM pg_inherits;
SELECT 'trigger', oid, tgrelid, tgname FROM pg_trigger WHERE NOT tgisinternal;
SELECT 'policy', oid, polrelid, polname FROM pg_policy;
SELECT 'rule', oid, ev_class, rulename FROM pg_rewrite WHERE rulename <> '_RETURN' AND oid >= 16384;
SELECT 'type', t.oid, n.nspname, t.typname, t.typtype FROM pg_type t JOIN ` + schemaSQL + ` ON n.oid = t.typnamespace
WHERE t.oid >= 16384 AND t.typtype IN ('d','e','c','r','b') AND t.typelem = 0 AND (t.typrelid = 0 OR (SELECT relkind FROM pg_class WHERE oid = t.typrelid) = 'c');
SELECT 'function', p.oid, n.nspname, p.proname, p.prokind FROM pg_proc p JOIN ` + schemaSQL + ` ON n.oid = p.pronamespace
WHERE p.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i');
SELECT 'schema', n.oid, n.nspname FROM ` + schemaSQL + ` WHERE nspname <> 'pg_temp';
SELECT 'lock', relation, mode FROM pg_locks WHERE granted AND locktype = 'relation' AND pid = pg_backend_pid()
 AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
SELECT 'scan', relid, seq_scan FROM pg_stat_xact_user_tables;
`
	// sizeSQL gives back its locks at once, unlike a query of the tables.
	sizeSQL = `SELECT 'filled', c.oid FROM pg_class c JOIN ` + schemaSQL + ` ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND pg_relation_size(c.oid) > 0`
)

// read takes the state. sizes asks for what is filled.
func read(ctx context.Context, conn *pgconn.PgConn, sizes bool) (*state, error) {
	sql := stateSQL
	if sizes {
		sql += sizeSQL
	}
	results, err := conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading the system catalogs: %w", err)
	}
	s := &state{
		relations: map[oid]*relation{}, columns: map[columnID]string{}, constraints: map[oid]*constraint{},
		objects: map[objectID]object{}, parents: map[oid][]oid{},
		held: map[oid]effect.Mode{}, seqScans: map[oid]int{}, filled: map[oid]bool{},
	}
	for _, result := range results {
		for _, row := range result.Rows {
			s.add(row)
		}
	}
	return s, nil
}

// add takes in a row of one of the queries, which begins with its kind and an
// oid.
func (s *state) add(row [][]byte) {
	tag, id := string(row[0]), toOID(row[1])
	text := func(i int) string { return string(row[i]) }
	yes := func(i int) bool { return text(i) == "t" }
	switch tag {
	case "relation":
		kind := text(4)
		s.relations[id] = &relation{key: catalog.Key{Schema: text(2), Name: text(3)}, kind: relationKinds[kind],
			parted: kind == "p" || kind == "I", file: text(5), table: toOID(row[6]), constraint: yes(7)}
	case "column":
		s.columns[columnID{id, text(2)}] = text(3)
	case "constraint":
		s.constraints[id] = &constraint{relation: toOID(row[2]), domain: toOID(row[3]), parent: toOID(row[4]),
			name: text(5), kind: text(6), valid: yes(7)}
	case "parent":
		s.parents[id] = append(s.parents[id], toOID(row[2]))
	case "trigger", "policy", "rule":
		s.objects[objectID{tag, id}] = object{kind: relationParts[tag], relation: toOID(row[2]), name: text(3)}
	case "type":
		kind := sqlast.Type
		if text(4) == "d" {
			kind = sqlast.Domain
		}
		s.objects[objectID{tag, id}] = object{kind: kind, name: catalog.Key{Schema: text(2), Name: text(3)}.String()}
	case "function":
		s.objects[objectID{tag, id}] = object{kind: routineKinds[text(4)], name: catalog.Key{Schema: text(2), Name: text(3)}.String()}
	case "schema":
		s.objects[objectID{tag, id}] = object{kind: sqlast.Schema, name: sqlast.QuoteIdent(text(2))}
	case "lock":
		s.held[id] = max(s.held[id], lockMode(text(2)))
	case "scan":
		s.seqScans[id], _ = strconv.Atoi(text(2))
	case "filled":
		s.filled[id] = true
	}
}

var relationKinds = map[string]sqlast.ObjectKind{
	"r": sqlast.Table, "p": sqlast.Table, "f": sqlast.ForeignTable, "v": sqlast.View,
	"m": sqlast.MaterializedView, "i": sqlast.Index, "I": sqlast.Index, "S": sqlast.Sequence,
}

var relationParts = map[string]sqlast.ObjectKind{
	"trigger": sqlast.Trigger, "policy": sqlast.Policy, "rule": sqlast.RewriteRule,
}

var routineKinds = map[string]sqlast.ObjectKind{
	"f": sqlast.Function, "w": sqlast.Function, "p": sqlast.Procedure, "a": sqlast.Aggregate,
}

func toOID(text []byte) oid {
	n, _ := strconv.ParseUint(string(text), 10, 32) // NULL is 0, as PostgreSQL's own InvalidOid
	return oid(n)
}

// lockMode is the mode that pg_locks names.
func lockMode(name string) effect.Mode {
	for m := effect.AccessShare; m <= effect.AccessExclusive; m++ {
		if m.String() == name {
			return m
		}
	}
	return 0
}

// ancestors are the tables or indexes above one, the nearest first.
func (s *state) ancestors(id oid) []oid {
	var all []oid
	for _, p := range s.parents[id] {
		if !slices.Contains(all, p) {
			all = append(append(all, p), s.ancestors(p)...)
		}
	}
	return all
}
