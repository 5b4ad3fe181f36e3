package conformance

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/internal/pgserver"
	"github.com/miglint/miglint/internal/pgserver/pgservertest"
	"github.com/miglint/miglint/internal/record"
)

var (
	seed    = flag.Uint64("seed", 1, "the first seed of the random folders")
	folders = flag.Uint64("folders", 6, "how many random folders each framework gets")
)

// TestRandomFolders runs the Go frameworks on folders of random names and layouts,
// and holds what the server receives against what `miglint detect --format json`
// says: the order, the round trips, the transactions. The files are all such that
// the framework runs them.
func TestRandomFolders(t *testing.T) {
	miglint := build(t)
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		for _, fw := range goFrameworks() {
			write := layouts[fw.name]
			if write == nil {
				t.Fatalf("no layout for %s", fw.name)
			}
			for s := *seed; s < *seed+*folders; s++ {
				t.Run(fmt.Sprintf("%s/seed=%d", fw.name, s), func(t *testing.T) {
					r := &random{Rand: rand.New(rand.NewPCG(s, 0)), files: map[string]string{}}
					write(r)
					fw.compare(t, server, miglint, r)
				})
			}
		}
	})
}

// build builds miglint as it is beside this module.
func build(t *testing.T) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "miglint")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", exe, "./cmd/miglint")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building miglint: %v\n%s", err, out)
	}
	return exe
}

func (fw framework) compare(t *testing.T, server *pgserver.Server, miglint string, r *random) {
	dir := t.TempDir()
	for name, text := range r.files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out, err := output(t.Context(), dir, nil, miglint, "detect", "--framework", fw.name, "--format", "json", ".")
	if err != nil {
		t.Fatal(err)
	}
	streams, err := record.Detected([]byte(out))
	if err != nil || len(streams) != 1 {
		t.Fatalf("detected %d streams: %v", len(streams), err)
	}
	for _, m := range fw.run(t, server, dir) {
		var got, want []string
		for _, e := range events(m.trips) {
			want = append(want, e.Line())
		}
		for _, e := range streams[0].Sent(m.command == "down") {
			got = append(got, e.Line())
		}
		if m.failure != nil {
			t.Errorf("%s: the framework stops: %v", m.command, m.failure)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the server received, and miglint says (-server +miglint):\n%s", m.command, diff)
		}
	}
	if t.Failed() {
		for name, text := range r.files {
			t.Logf("%s\n%s", name, text)
		}
	}
}

// random makes up a folder.
type random struct {
	*rand.Rand
	files map[string]string
	n     int // statements so far
	ids   []string
}

// layouts write the folder of each framework.
var layouts = map[string]func(r *random){
	"golang-migrate": func(r *random) {
		for range 2 + r.IntN(8) {
			name := r.number() + "_" + r.title()
			r.files[name+".up."+r.pick("sql", "sql", "pgsql")] = r.query()
			if r.chance(2) {
				r.files[name+".down.sql"] = r.query()
			}
		}
		r.files[r.pick("a_1.up.sql", "1.up.sql", "x.sql", "_1_a.up.sql")] = r.query()
	},
	"goose": func(r *random) {
		for range 2 + r.IntN(8) {
			text := r.pick("", "-- What for.\n", "\n") + "-- +goose " + r.pick("Up", "UP", "up ") + "\n" + r.cut("-- +goose StatementBegin", "-- +goose StatementEnd")
			if r.chance(2) {
				text += "--  +goose Down\n" + r.cut("-- +goose StatementBegin", "-- +goose StatementEnd")
			}
			if r.chance(3) {
				text = r.pick("-- +goose NO TRANSACTION\n"+text, text+"-- +goose NO TRANSACTION\n")
			}
			r.files[strings.TrimLeft(r.number(), "0")+r.pick("", "0")+"1_"+r.title()+".sql"] = r.lineEnds(text)
		}
		r.unique(func(name string) string { return strings.TrimLeft(before(name, "_"), "0") })
	},
	"sql-migrate": func(r *random) {
		for range 2 + r.IntN(8) {
			text := r.pick("", "-- What for.\n", "lost\n")
			directions := []string{"Up", "Down"}
			r.Shuffle(2, func(i, j int) { directions[i], directions[j] = directions[j], directions[i] })
			for _, d := range append(directions, "Up") {
				text += "-- +migrate " + d + r.pick("", "", " notransaction") + "\n" + r.cut("-- +migrate StatementBegin", "-- +migrate StatementEnd")
			}
			r.files[r.pick(r.number(), "")+r.title()+".sql"] = text
		}
	},
	"tern": func(r *random) {
		for i := range 2 + r.IntN(12) {
			text := r.pick("", "-- What for.\n") + r.pick("", "---- tern: disable-tx ----\n") + r.query()
			if r.chance(4) {
				text += "\n" + r.query()
			}
			text += "\n---- create above / drop below ----\n" + r.pick("", "---- tern: disable-tx ----\n") + r.query()
			r.files[fmt.Sprintf("%0*d_%s.sql", 1+r.IntN(4), i+1, r.pick("a", "B-c", "é x", "0"))] = text
		}
		r.files[r.pick("1.sql", "x_1.sql", "1_a.txt")] = r.query()
	},
	"atlas": func(r *random) {
		r.files["atlas.sum"] = "" // the library writes it in its own copy
		for range 2 + r.IntN(8) {
			text := "-- atlas:txmode none\n\n"
			switch r.IntN(3) {
			case 0:
				text = "-- atlas:delimiter \\n\\n\\n\n-- atlas:txmode none\n\n" + r.query() + "\n\n\n" + r.statement()
			case 1:
				text += r.query() + "\n" + r.query() + r.statement()
			default:
				text += r.query()
			}
			r.files[r.pick(r.number()+"_"+r.title(), r.number())+".sql"] = text
		}
	},
	"bun": func(r *random) {
		for range 2 + r.IntN(8) {
			text := r.query()
			for range r.IntN(3) {
				text += "\n--bun:split\n\n" + r.query()
			}
			name := before(r.number(), ".") + "_" + r.pick("a", "b-c", "z_1")
			tx := r.pick("", ".tx")
			r.files[name+tx+".up.sql"] = r.lineEnds(text)
			r.files[name+r.pick(tx, "", ".tx")+".down.sql"] = r.query()
		}
		r.unique(func(name string) string { return before(name, "_") + name[len(name)-8:] })
		r.unique(func(name string) string { return before(name, "_") + before(name, ".") })
		r.files[r.pick("notes.sql", "1_a.sql", "readme.up.md")] = r.query()
	},
}

func before(s, sep string) string { b, _, _ := strings.Cut(s, sep); return b }

func (r *random) chance(n int) bool { return r.IntN(n) == 0 }

func (r *random) pick(words ...string) string { return words[r.IntN(len(words))] }

// number is a version: short with or without leading zeros, or a timestamp. No two
// are equal as numbers.
func (r *random) number() string {
	for {
		n := r.pick(fmt.Sprint(r.IntN(130)), fmt.Sprintf("%03d", r.IntN(50)), fmt.Sprintf("202401%02d000000", 1+r.IntN(28)), fmt.Sprintf("2024010%d", 1+r.IntN(9)))
		id := strings.TrimLeft(n, "0")
		if id != "" && !slices.Contains(r.ids, id) {
			r.ids = append(r.ids, id)
			return n
		}
	}
}

func (r *random) title() string { return r.pick("a", "b-c", "B.d", "z_1", "x y", "é") }

// unique drops files so that no two have the same key.
func (r *random) unique(key func(string) string) {
	seen := map[string]bool{}
	names := make([]string, 0, len(r.files))
	for name := range r.files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if k := key(name); seen[k] {
			delete(r.files, name)
		} else {
			seen[k] = true
		}
	}
}

func (r *random) lineEnds(text string) string {
	if r.chance(4) {
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// statement is one that runs anywhere and any number of times, without its
// semicolon.
func (r *random) statement() string {
	r.n++
	return fmt.Sprintf(r.pick(
		"SELECT 'mg_%d'",
		"SELECT\n  'mg_%d'\n",
		"SELECT /* why; not */ 'mg_%d'",
		"SELECT -- why\n  'mg_%d'",
		"SET LOCAL mg_app.step = '%d'",
		`SELECT 1 AS "mg_%d"`,
		"DO $$ BEGIN PERFORM 'mg_%d'; END $$",
	), r.n)
}

// query is a file that the framework does not cut by lines.
func (r *random) query() string {
	text := ""
	for range 1 + r.IntN(3) {
		text += r.pick("", "-- A comment; with a semicolon.\n", "\n", "/* Another\n; */ ") + r.statement() + ";" + r.pick("\n", "\n\n", " ", " -- behind\n")
	}
	return text
}

// cut is a section that the framework cuts where a line ends in a semicolon.
func (r *random) cut(begin, end string) string {
	text := ""
	for range 1 + r.IntN(4) {
		switch r.IntN(5) {
		case 0:
			text += begin + "\n" + r.query() + "\n" + end + "\n"
		case 1:
			text += r.statement() + "; " + r.statement() + ";\n"
		case 2:
			text += r.statement() + r.pick("\n;\n", " ; \n", "; -- behind\n", ";\t\n", "; --behind\n")
		case 3:
			text += r.pick("-- A comment.\n", "--a comment\n", "\n", "  -- A comment.\n", "  \n") + r.statement() + ";\n"
		default:
			text += r.statement() + ";\n"
		}
	}
	return text
}
