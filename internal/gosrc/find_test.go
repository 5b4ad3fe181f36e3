package gosrc_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/internal/gosrc"
	"github.com/miglint/miglint/source"
)

func parse(t *testing.T, code string) *gosrc.Package {
	t.Helper()
	return gosrc.Parse([]*source.File{source.NewFile("m.go", []byte("package m\n"+code))}, nil)
}

func TestMethodCalls(t *testing.T) {
	const imports = "import \"github.com/uptrace/bun/migrate\"\n"
	tests := map[string]struct {
		code string
		want []string
	}{
		"package-level variable": {
			"var All = migrate.NewMigrations()\nfunc init() { All.MustRegister(up, down) }", []string{"MustRegister"},
		},
		"variable that is set later": {
			"var All *migrate.Migrations\nfunc init() { All = migrate.NewMigrations(); All.MustRegister(up, down) }", []string{"MustRegister"},
		},
		"parameter": {
			"func (x *first) Register(ms *migrate.Migrations) error { return ms.Register(x.Up, x.Down) }", []string{"Register"},
		},
		"local variable": {
			"func all() *migrate.Migrations { ms := migrate.NewMigrations(); if true { ms.Add(migrate.Migration{}) }; return ms }", []string{"Add"},
		},
		"another type": {
			"type list struct{}\nfunc (list) Register(a, b int) {}\nfunc all() { l := list{}; l.Register(1, 2) }", nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, c := range parse(t, imports+tt.code).MethodCalls("github.com/uptrace/bun/migrate", "Migrations") {
				got = append(got, c.Name)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFieldConstant(t *testing.T) {
	p := parse(t, "import \"github.com/uptrace/bun/migrate\"\nconst at = \"2026\"\nvar All = migrate.NewMigrations()\nfunc init() { All.Add(migrate.Migration{Name: at + \"01\", Comment: comment()}) }\nfunc comment() string { return read() }")
	c := p.MethodCalls("github.com/uptrace/bun/migrate", "Migrations")[0]
	if got, ok := p.FieldConstant(c, c.Args[0], "Name"); got != "202601" || !ok {
		t.Errorf("Name is %q, %v", got, ok)
	}
	for _, field := range []string{"Comment", "Up"} {
		if got, ok := p.FieldConstant(c, c.Args[0], field); ok {
			t.Errorf("%s is known: %q", field, got)
		}
	}
}

func TestLists(t *testing.T) {
	p := parse(t, `import "gopkg.in/gormigrate.v2"
func before() []*gormigrate.Migration { return []*gormigrate.Migration{{ID: "1"}, second, toText("3", "text"), other.Migration()} }
var second = &gormigrate.Migration{ID: "2"}
func toText(id, typ string) *gormigrate.Migration {
	run := func(tx *gorm.DB, typ string) error { return tx.Exec("ALTER TABLE a ALTER b TYPE " + typ).Error }
	up := func(tx *gorm.DB) error { return run(tx, typ) }
	return &gormigrate.Migration{ID: id, Migrate: gormigrate.MigrateFunc(up)}
}
func after() []*gormigrate.Migration {
	list := []*gormigrate.Migration{{ID: "5"}, {ID: "4"}}
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}
var options = gormigrate.Options{UseTransaction: true}
`)
	var got []string
	for _, list := range p.Lists("gopkg.in/gormigrate", "Migration") {
		for _, el := range list.Elements {
			if !el.Known() {
				got = append(got, "? "+el.Span.Text())
				continue
			}
			id, _ := p.Constant(el.Call, el.Field("ID"))
			if up := el.Field("Migrate"); up != nil {
				read, _ := p.Function(el.Call, up)
				for _, s := range read.Steps {
					id += " " + s.SQL.String()
				}
			}
			got = append(got, id)
		}
		if list.Sorted {
			got = append(got, "sorted")
		}
	}
	want := []string{"1", "2", "3 ALTER TABLE a ALTER b TYPE text", "? other.Migration()", "5", "4", "sorted"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !p.SetsTrue("UseTransaction") || p.SetsTrue("ValidateUnknownMigrations") {
		t.Error("UseTransaction is set, ValidateUnknownMigrations is not")
	}
}
