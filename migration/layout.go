package migration

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Layout is how a runner that miglint does not know keeps its migrations, as the
// configuration describes it.
type Layout struct {
	Name    string   // of the runner, for messages; "" if it has none
	At      string   // where it is described: "miglint.yaml:12"
	Folders []string // doublestar patterns of display paths; each folder is a stream
	// Files matches the path of a migration below the folder. Of its groups, name
	// and direction have their meaning, dialect tells whether it is for PostgreSQL,
	// and all others order the migrations unless Order does. What it matches and is
	// a program's source, such as a .go file, is a migration that cannot be read.
	Files *regexp.Regexp
	Order []LayoutKey // most significant first; not empty
	// Up and Down are the words of the group direction. A file whose direction is
	// neither does not run; one without a direction is an up.
	Up, Down []string
	Tx       TxShape // of a script; PerStatement cuts it into statements
	// Lines in the files. What stands before the line Up is not sent if there is
	// one; Down begins the way back; what stands between two lines Split is sent in
	// one round trip; NoTransaction takes the file out of the transaction.
	MarkUp, MarkDown, MarkSplit, MarkNoTransaction *regexp.Regexp
	// Remove matches text that the runner takes out before it sends a file.
	Remove *regexp.Regexp
	// Delimiters stand around the name of a placeholder, beside those that are
	// known everywhere; empty if there are none.
	Delimiters [2]string
	// Manifest is the name of a file that lists the migrations of its folder in
	// order, "" if there is none. ManifestList are the keys that lead to the list in
	// a JSON manifest; other manifests have one path per line.
	Manifest     string
	ManifestList []string
}

// LayoutKey is a group of Layout.Files that orders the migrations.
type LayoutKey struct {
	Group string
	Text  bool // compare bytes; otherwise digits count as numbers
}

// The groups of Layout.Files that do not order.
const (
	groupName      = "name"
	groupDirection = "direction"
	groupDialect   = "dialect"
)

// OrderGroups are the groups of a layout's regular expression that order its
// migrations unless it says otherwise.
func OrderGroups(files *regexp.Regexp) []string {
	var groups []string
	for _, g := range files.SubexpNames() {
		if g != "" && g != groupName && g != groupDirection && g != groupDialect && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	if groups == nil && files.SubexpIndex(groupName) > 0 {
		groups = []string{groupName}
	}
	return groups
}

// layout is the layout of a folder, nil if it has none.
func (o Options) layout(display string) *Layout {
	for _, l := range o.Layouts {
		for _, pattern := range l.Folders {
			if ok, err := doublestar.Match(pattern, displayName(display)); ok && err == nil {
				return l
			}
		}
	}
	return nil
}

// below reports whether a folder is in one that has a layout.
func (o Options) below(display string) bool {
	if len(o.Layouts) == 0 {
		return false
	}
	for display != "." && display != "/" && display != "" {
		display = path.Dir(display)
		if o.layout(strings.TrimSuffix(display, ".")) != nil {
			return true
		}
	}
	return false
}

const layoutName = "layout"

// layoutScore is more than any evidence.
const layoutScore = markerScore + markerShare + hintScore + 1

// verdict is that of a folder whose layout the user has described.
func (l *Layout) verdict() verdict {
	return verdict{fw: l.framework(), Evidence: Evidence{layoutScore, []string{"described by the layout at " + l.At}}}
}

// framework is the runner that the layout stands for.
func (l *Layout) framework() *Framework {
	fw := &Framework{
		Name:      layoutName,
		Title:     cmp.Or(l.Name, "the runner"),
		Files:     "a layout of miglint.yaml",
		Recursive: true,
		Runs:      func(string) bool { return true },
		Detect:    func(*Dir) Evidence { return Evidence{} },
		Parse:     l.parse,
	}
	if l.MarkDown != nil || l.Files.SubexpIndex(groupDirection) > 0 {
		fw.Downs = OptionalDown
	}
	if l.Tx == PerFile || l.Tx == PerRun {
		fw.LeaveTransaction = "run the statement on its own: the layout at " + l.At + " has no way out of the transaction"
		if l.MarkNoTransaction != nil {
			fw.LeaveTransaction = fmt.Sprintf("take the file out of the transaction with a line that matches `%s`", l.MarkNoTransaction)
		}
	}
	fw.AloneInFile = l.Tx == Implicit || l.MarkNoTransaction != nil
	fw.Load = func(d *Dir, opts Options) (*Stream, error) { return l.load(fw, d, opts) }
	return fw
}

// layoutFile is a file that the layout's regular expression matches.
type layoutFile struct {
	path    string   // below the folder
	groups  []string // what the groups matched
	down    bool
	unread  bool        // a program
	listed  int         // its place in its manifest
	leading *layoutFile // the first that its manifest lists; nil without a manifest
	input
}

// group is what a group matched.
func (l *Layout) group(f *layoutFile, name string) string {
	if i := l.Files.SubexpIndex(name); i > 0 {
		return f.groups[i]
	}
	return ""
}

// compare orders two files by their groups.
func (l *Layout) compare(a, b *layoutFile) int {
	for _, key := range l.Order {
		x, y := l.group(a, key.Group), l.group(b, key.Group)
		c := strings.Compare(x, y)
		switch {
		case key.Text:
		case leadingDigits(x) == x && leadingDigits(y) == y:
			c = compareNumbers(x, y)
		default:
			c = compareNatural(x, y)
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// sort puts files in the order they run: those of one manifest in its order, at
// the place of its first.
func (l *Layout) sort(files []*layoutFile) {
	slices.SortStableFunc(files, func(a, b *layoutFile) int {
		if a.leading == b.leading && a.leading != nil {
			return cmp.Compare(a.listed, b.listed)
		}
		first := func(f *layoutFile) *layoutFile { return cmp.Or(f.leading, f) }
		return l.compare(first(a), first(b))
	})
}

// version is what tells the file's version from others, and its name.
func (l *Layout) version(f *layoutFile) (version, name string) {
	var parts []string
	for _, key := range l.Order {
		if v := l.group(f, key.Group); v != "" && key.Group != groupName {
			parts = append(parts, v)
		}
	}
	name = l.group(f, groupName)
	if name == "" && !slices.ContainsFunc(l.Order, func(k LayoutKey) bool { return k.Group == groupName }) {
		name = strings.TrimSuffix(path.Base(f.path), path.Ext(f.path))
	}
	return strings.Join(parts, "."), name
}

// forPostgreSQL reports whether what the group dialect matched is no other database.
func forPostgreSQL(dialect string) bool {
	return dialect == "" || namesPostgres(dialect)
}

// isProgram reports whether a file is a migration written in a programming
// language.
func isProgram(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".go", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py", ".rb", ".rs", ".java", ".kt", ".kts", ".scala",
		".groovy", ".clj", ".cs", ".fs", ".ex", ".exs", ".php", ".pl", ".sh":
		return true
	}
	return false
}
