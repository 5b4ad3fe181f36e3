package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/migration"
)

func TestParseReadsLayouts(t *testing.T) {
	c, err := parse("miglint.yaml", []byte(`
layouts:
  - name: ledger
    folders: [db/*/postgres/, ./more]
    files: '^(?<major>[0-9]+)/(?<minor>[0-9]+)_(?<name>.*)\.(?<direction>do|undo)\.sql$'
    down: undo
    order: {major: number, minor: text}
    transaction: run
    markers: {split: '^GO$', no-transaction: '^-- no tx'}
    remove: '^begin;'
    delimiters: ["<%", "%>"]
    manifest: list.json
    manifest-list: a.b
  - folders: x
    files: '(?<name>.*)'
    transaction: statement
`), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Layouts
	if len(got) != 2 {
		t.Fatalf("%d layouts, want 2", len(got))
	}
	l := got[0]
	l.Files, l.MarkSplit, l.MarkNoTransaction, l.Remove, got[1].Files = nil, nil, nil, nil, nil
	want := []*migration.Layout{{
		Name: "ledger", At: "miglint.yaml:3", Folders: []string{"db/*/postgres", "more"},
		Order: []migration.LayoutKey{{Group: "major"}, {Group: "minor", Text: true}},
		Up:    []string{"up"}, Down: []string{"undo"}, Tx: migration.PerRun,
		Delimiters: [2]string{"<%", "%>"}, Manifest: "list.json", ManifestList: []string{"a", "b"},
	}, {
		At: "miglint.yaml:14", Folders: []string{"x"}, Order: []migration.LayoutKey{{Group: "name"}},
		Up: []string{"up"}, Down: []string{"down"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("layouts (-want +got):\n%s", diff)
	}
}

func TestParseSaysWhereALayoutIsWrong(t *testing.T) {
	const rest = "\n    transaction: file\n    files: '(?<version>\\d+)_.*'\n"
	for _, test := range []struct{ name, text, want string }{
		{"not a list", "layouts: db", "miglint.yaml:1:10: layouts must be a list, one entry for each layout"},
		{"not a mapping", "layouts: [db]", "miglint.yaml:1:11: a layout must be a mapping of keys to values"},
		{"unknown key", "layouts:\n  - folder: db" + rest, `miglint.yaml:2:5: unknown key of a layout "folder": did you mean "folders"?`},
		{"no folders", "layouts:\n  - name: x" + rest, "miglint.yaml:2:5: the layout lacks folders: which folders it describes"},
		{"no transaction", "layouts:\n  - folders: x\n    files: '(?<v>.)'", "the layout lacks transaction: how migrations are sent: statement, file, run, implicit"},
		{"no group", "layouts:\n  - folders: x\n    transaction: run\n    files: '.*'", "miglint.yaml:4:12: files has no named group that orders the migrations"},
		{"bad expression", "layouts:\n  - folders: x\n    files: '(?<v>.'", "miglint.yaml:3:12: files is no valid regular expression: missing closing )"},
		{"no such group", "layouts:\n  - folders: x\n    order: [verzion]" + rest, `miglint.yaml:3:13: unknown group "verzion": did you mean "version"?`},
		{"no such order", "layouts:\n  - folders: x\n    order: {version: alpha}" + rest, `miglint.yaml:3:22: unknown kind of order "alpha": expected one of number, text`},
		{"no such marker", "layouts:\n  - folders: x\n    markers: {spilt: a}" + rest, `miglint.yaml:3:15: unknown marker "spilt": did you mean "split"?`},
		{"one delimiter", "layouts:\n  - folders: x\n    delimiters: '<%'" + rest, "miglint.yaml:3:17: delimiters must be two"},
		{"a list without a manifest", "layouts:\n  - folders: x\n    manifest-list: a" + rest, "miglint.yaml:3:20: manifest-list says where in the manifest"},
		{"a manifest elsewhere", "layouts:\n  - folders: x\n    manifest: a/b.json" + rest, `miglint.yaml:3:15: manifest "a/b.json" must be the name of a file`},
		{"outside", "layouts:\n  - folders: ../x" + rest, `miglint.yaml:2:14: folder "../x" leads out of the folder of miglint.yaml`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := parse("miglint.yaml", []byte(test.text), nil, true)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\nwant  %s", err, test.want)
			}
		})
	}
}
