package migration

import (
	"fmt"
	"testing"
	"testing/fstest"
	"time"
)

func TestVersionTime(t *testing.T) {
	const none = "0001-01-01T00:00:00Z"
	tests := []struct{ name, version, want string }{
		{"to the second", "20240131120359", "2024-01-31T12:03:59Z"},
		{"to the minute", "202401311203", "2024-01-31T12:03:00Z"},
		{"with milliseconds", "20240131120359123", "2024-01-31T12:03:59Z"},
		{"a day", "20240131", "2024-01-31T00:00:00Z"},
		{"a day and a counter", "2024013199", "2024-01-31T00:00:00Z"},
		{"seconds since 1970", "1706702639", "2024-01-31T12:03:59Z"},
		{"milliseconds since 1970", "1706702639000", "2024-01-31T12:03:59Z"},
		{"nanoseconds since 1970", "1706702639000000000", "2024-01-31T12:03:59Z"},
		{"a sequence number", "000123", none},
		{"a long sequence number", "00000123", none},
		{"no such day", "20241331", none},
		{"no such month, ten digits", "2024133100", "2034-02-21T11:11:40Z"},
		{"not a number", "2024-01-31", none},
		{"too long", "20240131120359123456789", none},
		{"empty", "", none},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := versionTime(tt.version).Format(time.RFC3339); got != tt.want {
				t.Errorf("%s is %s, want %s", tt.version, got, tt.want)
			}
		})
	}
}

func TestFlywayTime(t *testing.T) {
	for version, want := range map[string]string{
		"20240131120359":   "2024-01-31T12:03:59Z",
		"2024.1.31":        "2024-01-31T00:00:00Z",
		"2024.01.31.2":     "2024-01-31T00:00:00Z",
		"20240131.1":       "2024-01-31T00:00:00Z",
		"1.2.3":            "0001-01-01T00:00:00Z",
		"2024.13.31":       "0001-01-01T00:00:00Z",
		"1":                "0001-01-01T00:00:00Z",
		"2024.1.31.120359": "2024-01-31T00:00:00Z",
	} {
		if got := flywayTime(version).Format(time.RFC3339); got != want {
			t.Errorf("%s is %s, want %s", version, got, want)
		}
	}
}

func TestGaps(t *testing.T) {
	sequence := func(missing ...int) []string {
		var versions []string
		for i := 1; i <= 30; i++ {
			there := true
			for _, m := range missing {
				there = there && i != m
			}
			if there {
				versions = append(versions, fmt.Sprintf("%04d", i))
			}
		}
		return versions
	}
	tests := []struct {
		name     string
		versions []string
		want     []string
	}{
		{"none", sequence(), nil},
		{"one", sequence(17), []string{"0018: version 17 is missing between 0016 and 0018"}},
		{"three in a row", sequence(5, 6, 7), []string{"0008: versions 5 to 7 are missing between 0004 and 0008"}},
		{"a sequence with holes everywhere", sequence(3, 5, 9, 12, 17, 20), nil},
		{"steps of ten", []string{"10", "20", "30", "40"}, nil},
		{"timestamps", []string{"20240101000000", "20240201000000", "20240301000000"}, nil},
		{"numbers, then timestamps", append(sequence(17), "20240101000000"), []string{"0018: version 17 is missing between 0016 and 0018"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for _, v := range tt.versions {
				fsys[v+"_x.up.sql"] = &fstest.MapFile{Data: []byte("SELECT 1;")}
			}
			set, err := Load(fsys, ".", "", Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range set.Streams[0].Migrations {
				for _, p := range m.Problems {
					got = append(got, m.Version+": "+p.Message)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestRuns(t *testing.T) {
	tests := []struct {
		framework *Framework
		yes, no   []string
	}{
		{golangMigrate(), []string{"1_a.up.sql", "0001_.down.sql", "1_a.b.up.sql.gz", "18446744073709551615_a.up.sql"},
			[]string{"1_a.sql", "a.up.sql", "1a.up.sql", "1_a.UP.sql", "18446744073709551616_a.up.sql"}},
		{goose(), []string{"1_a.sql", "00001_.sql"}, []string{"0_a.sql", "1-a.sql", "a_1.sql", "1_a.SQL", "1.sql", "9223372036854775808_a.sql"}},
		{dbmate(), []string{"1.sql", "1-a.sql", "1_a.up.sql"}, []string{"a.sql", "_1.sql", "1.SQL"}},
		{sqlMigrate(), []string{"a.sql", "1.sql"}, []string{"a.SQL", "a.txt"}},
		{flyway(), []string{"V1__a.sql", "V1.sql", "V1_2.3__.SQL", "R__a.sql"},
			[]string{"V__a.sql", "V1_a.sql", "v1__a.sql", "R1__a.sql", "B1__a.sql", "U1__a.sql", "afterMigrate.sql", "V1._2__a.sql", "V1__a.txt"}},
		{nodePGMigrate(), []string{"1.sql", "1a.sql", "1_a.up.sql"}, []string{"a.sql", "1_a.js", "1_a.SQL"}},
		{popx(), []string{"1_a.up.sql", "1_a.pg.up.sql", "1_a.autocommit.down.sql", "1_a.postgres.autocommit.up.sql"},
			[]string{"1_a.mysql.up.sql", "1_a.oracle.up.sql", "1-a.up.sql", "1_a.sql", "1_a.up.fizz", "1_a.b.postgres.up.sql", "1_a.autocommit.postgres.up.sql"}},
		{plain(), []string{"a.sql", "1.SQL", "download.sql"}, []string{"a.down.sql", "down.sql", "1_a_down.sql", "a.txt"}},
	}
	for _, tt := range tests {
		t.Run(tt.framework.Name, func(t *testing.T) {
			for _, name := range tt.yes {
				if !tt.framework.Runs(name) {
					t.Errorf("%s is not run", name)
				}
			}
			for _, name := range tt.no {
				if tt.framework.Runs(name) {
					t.Errorf("%s is run", name)
				}
			}
		})
	}
}

func TestFlywayOutside(t *testing.T) {
	tests := map[string]bool{
		"CREATE INDEX CONCURRENTLY i ON t (a)":                true,
		"create unique /* now */ index -- here\nconcurrently": true,
		"CREATE INDEX i ON t (a)":                             false,
		"DROP INDEX CONCURRENTLY i":                           true,
		"REINDEX (VERBOSE) DATABASE d":                        true,
		"REINDEX VERBOSE SYSTEM d":                            true,
		"REINDEX TABLE CONCURRENTLY t":                        false,
		"REINDEX SCHEMA CONCURRENTLY s":                       true,
		"ALTER SYSTEM SET a = 1":                              true,
		"ALTER TABLE t DETACH PARTITION p CONCURRENTLY":       false,
		"VACUUM":                true,
		"VACUUM (FULL) t":       true,
		"DISCARD ALL":           true,
		"DISCARD PLANS":         false,
		"CREATE DATABASE d":     true,
		"DROP TABLESPACE s":     true,
		"CREATE SUBSCRIPTION s": true,
		"SELECT 'VACUUM'":       false,
		"'":                     false,
	}
	for text, want := range tests {
		if got := flywayOutside(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestRelative(t *testing.T) {
	tests := []struct{ from, to, want string }{
		{".", ".", "."}, {".", "db", "db"}, {"db", ".", ".."}, {"db", "db/deploy", "deploy"}, {"db", "dbs", "../dbs"},
		{"a/b", "a/c/d", "../c/d"}, {"a/b", "c", "../../c"}, {"a", "a", "."},
	}
	for _, tt := range tests {
		if got := relative(tt.from, tt.to); got != tt.want {
			t.Errorf("from %s to %s: %s, want %s", tt.from, tt.to, got, tt.want)
		}
	}
}

func TestSqitchNames(t *testing.T) {
	tests := map[string]bool{
		"a": true, "tables/depots": true, "v1.0": true, "a-1": true, "_a": true, "12": true, "a[b": true,
		"": false, "-a": false, "a-": false, "a b": false, "a@b": false, "a:b": false, "a#": false, `a\b`: false,
		"a/1": false, "a^12": false, "a~1": false, "a/1b": true,
	}
	for name, want := range tests {
		if got := isSqitchName(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}
