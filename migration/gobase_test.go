package migration_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/migration"
)

// A migration written in Go is compared with what its function was before the
// change; of a list in one file, only those that changed are under review.
func TestBaseOfGoMigrations(t *testing.T) {
	const (
		listHead = "package m\nimport (\"github.com/go-gormigrate/gormigrate/v2\"; \"gorm.io/gorm\")\nfunc all() []*gormigrate.Migration { return []*gormigrate.Migration{\n"
		first    = "{ID: \"1\", Migrate: func(tx *gorm.DB) error { return tx.Exec(`DROP TABLE a`).Error }},\n"
		edited   = "{ID: \"2\", Migrate: func(tx *gorm.DB) error { return tx.Exec(`DROP TABLE b`).Error }},\n"
		was      = "{ID: \"2\", Migrate: func(tx *gorm.DB) error { return tx.Exec(`DROP TABLE z`).Error }},\n"
		added    = "{ID: \"3\", Migrate: func(tx *gorm.DB) error { return tx.Exec(`DROP TABLE c`).Error }},\n"
		bunHead  = "package m\nimport (\"github.com/uptrace/bun\"; \"github.com/uptrace/bun/migrate\")\nvar All = migrate.NewMigrations()\nfunc init() { All.MustRegister(up, nil) }\n"
	)
	tests := map[string]struct {
		name, old, now string
		want           []string
	}{
		"list":                       {"migrations.go", listHead + first + was + "}}\n", listHead + first + edited + added + "}}\n", []string{"1 history", "2 edited", "3 unedited"}},
		"function, edited":           {"1_a.go", bunHead + "func up(db *bun.DB) { db.Exec(`DROP TABLE z`) }", bunHead + "func up(db *bun.DB) { db.Exec(`DROP TABLE a`) }", []string{"1 edited"}},
		"function, only Go is other": {"1_a.go", bunHead + "func up(db *bun.DB) { db.Exec(`DROP TABLE a`) }", bunHead + "func up(db *bun.DB) { _, _ = db.Exec(`DROP TABLE a`) }", []string{"1 unedited"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{tt.name: {Data: []byte(tt.now)}}
			set, err := migration.Load(fsys, ".", "", migration.Options{Changed: map[string]bool{tt.name: true}, Base: map[string][]byte{tt.name: []byte(tt.old)}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, scripts := range set.Streams[0].Scripts() {
				m := set.Streams[0].Migrations[i]
				state := " unedited"
				if _, ok := m.Edited(scripts); ok {
					state = " edited"
				} else if !m.Judged {
					state = " history"
				}
				got = append(got, m.Version+state)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A migration whose struct a shared function makes is under review when the file
// that calls that function is.
func TestGormigrateThroughHelper(t *testing.T) {
	const imports = "package m\nimport (\"github.com/go-gormigrate/gormigrate/v2\"; \"gorm.io/gorm\")\n"
	fsys := fstest.MapFS{
		"all.go":    {Data: []byte(imports + "func all() []*gormigrate.Migration { return []*gormigrate.Migration{first(), second()} }")},
		"first.go":  {Data: []byte(imports + "func first() *gormigrate.Migration { return drop(`1`, `a`) }")},
		"second.go": {Data: []byte(imports + "func second() *gormigrate.Migration { return drop(`2`, `b`) }")},
		"shared.go": {Data: []byte(imports + "func drop(id, table string) *gormigrate.Migration { return &gormigrate.Migration{ID: id, Migrate: func(tx *gorm.DB) error { return tx.Exec(`DROP TABLE ` + table).Error }} }")},
	}
	set, err := migration.Load(fsys, ".", "", migration.Options{Changed: map[string]bool{"second.go": true}})
	if err != nil {
		t.Fatal(err)
	}
	ms := set.Streams[0].Migrations
	if len(ms) != 2 || ms[0].Judged || !ms[1].Judged {
		t.Errorf("migrations %+v: want two, the second under review", ms)
	}
}
