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
