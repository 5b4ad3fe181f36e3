package recipe

import "testing"

func TestInsertAfter(t *testing.T) {
	tests := []struct{ name, sql, want string }{
		{"plain", `create index on t (a)`, `create index NEW on t (a)`},
		{"comments", "create /* index /* index */ */ -- index\nINDEX i", "create /* index /* index */ */ -- index\nINDEX NEW i"},
		{"strings", `select 'index', e'it\'s index', 'it''s index', $$index$$, $a$ $$ index $a$, index`, `select 'index', e'it\'s index', 'it''s index', $$index$$, $a$ $$ index $a$, index NEW`},
		{"quoted names", `create "index" "a""index" index`, `create "index" "a""index" index NEW`},
		{"part of a word", `reindex index_a index$ index`, `reindex index_a index$ index NEW`},
		{"other letters", `ñindex indexñ index`, `ñindex indexñ index NEW`},
		{"parameter", `select $1, index`, `select $1, index NEW`},
		{"not there", `create table t (a int)`, `create table t (a int)`},
		{"empty", ``, ``},
		{"unfinished string", `select 'index`, `select 'index`},
		{"unfinished comment", `select /* index`, `select /* index`},
		{"unfinished dollar quote", `select $$ index`, `select $$ index`},
		{"unfinished escape", `select e'index\`, `select e'index\`},
		{"dollar alone", `select $ index`, `select $ index NEW`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := InsertAfter(tt.sql, "index", "NEW"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestObjectName(t *testing.T) {
	tests := []struct {
		name, table string
		columns     []string
		suffix      string
		want        string
	}{
		{"short", "orders", []string{"a", "b"}, "key", "orders_a_b_key"},
		{"no columns", "orders", nil, "pkey", "orders_pkey"},
		{"cut before the suffix", "a_table_whose_name_is_so_long_that_only_just_anything_else_fits", []string{"a"}, "not_null", "a_table_whose_name_is_so_long_that_only_just_anything__not_null"},
		{"cut between characters", "éééééééééééééééééééééééééééééé", nil, "abc", "ééééééééééééééééééééééééééééé_abc"},
		{"suffix that takes it all", "orders", nil, "a_suffix_as_long_as_a_name_can_be_and_no_shorter_than_that_62_b", "_a_suffix_as_long_as_a_name_can_be_and_no_shorter_than_that_62_b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := ObjectName(tt.table, tt.columns, tt.suffix); got != tt.want {
				t.Errorf("got  %s (%d bytes)\nwant %s", got, len(got), tt.want)
			}
		})
	}
}

func TestWithinBounds(t *testing.T) {
	tests := []struct{ name, key, bounds, want string }{
		{"range", "at", "FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')", "at IS NOT NULL AND at >= '2025-01-01' AND at < '2026-01-01'"},
		{"open range", "at", "for values from (minvalue) to (5)", "at IS NOT NULL AND at < 5"},
		{"list", "k", "FOR VALUES IN ('a', 'b)', 'to (')", "k IS NOT NULL AND k IN ('a', 'b)', 'to (')"},
		{"call", "at", "FOR VALUES FROM (date '2025-01-01') TO (make_date(2026, 1, 1))", ""},
		{"list with NULL", "k", "FOR VALUES IN ('a', NULL)", ""},
		{"several columns", "a", "FOR VALUES FROM (1, 2) TO (3, 4)", ""},
		{"hash", "a", "FOR VALUES WITH (MODULUS 4, REMAINDER 0)", ""},
		{"key unknown", "", "FOR VALUES IN (1)", ""},
		{"unfinished", "a", "FOR VALUES IN (1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := withinBounds(tt.key, tt.bounds)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v, want %q", got, ok, tt.want)
			}
		})
	}
}
