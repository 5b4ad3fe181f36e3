package migration

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/miglint/miglint/source"
)

// Limits of what is read. A migration beyond maxFile is a Problem; the server
// would take it, but nobody reviews it by reading.
const (
	maxFile   = 16 << 20
	headSize  = 4 << 10
	headFiles = 8
	hintSize  = 256 << 10
)

// Dir is a folder under review. Its files are those that can be read: regular
// files and symbolic links to such inside FS.
type Dir struct {
	FS      fs.FS
	Path    string // folder inside FS, "." for its root
	Display string // what is shown to the user, "" for the current folder

	Files   []string  // names of its files, relative to it, in byte order
	Subdirs []string  // names of its folders, in byte order; links to folders are not followed
	Odd     []Ignored // links that lead nowhere, pipes, devices, files the user excluded

	exclude []string
	all     bool     // tree reads folders named after other databases too
	sql     []string // nil until sqlFiles
	heads   [][]byte // the first bytes of some SQL files; nil until sample
}

// openDir lists a folder. Nothing in it is opened.
func openDir(fsys fs.FS, name, display string, exclude []string) (*Dir, error) {
	d := &Dir{FS: fsys, Path: name, Display: display, exclude: exclude}
	entries, err := fs.ReadDir(fsys, name)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		d.add(e)
	}
	return d, nil
}

func (d *Dir) add(e fs.DirEntry) {
	name, mode := e.Name(), e.Type()
	odd := func(why string) { d.Odd = append(d.Odd, Ignored{Path: d.display(name), Why: why, Odd: true}) }
	if mode.IsDir() {
		if !d.excluded(name) {
			d.Subdirs = append(d.Subdirs, name)
		}
		return
	}
	if d.excluded(name) {
		d.Odd = append(d.Odd, Ignored{Path: d.display(name), Why: "excluded by the configuration"})
		return
	}
	if mode&fs.ModeSymlink != 0 {
		info, err := fs.Stat(d.FS, path.Join(d.Path, name))
		switch {
		case err != nil:
			odd("symbolic link that leads nowhere, in a circle or out of the folder under review")
			return
		case info.IsDir():
			odd("symbolic link to a folder, which is not followed")
			return
		}
		mode = info.Mode().Type()
	}
	if !mode.IsRegular() {
		odd(kindOf(mode) + ", which is not read")
		return
	}
	d.Files = append(d.Files, name)
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&(fs.ModeDevice|fs.ModeCharDevice) != 0:
		return "device"
	}
	return "not a regular file"
}

// display is the display path of a file in the folder.
func (d *Dir) display(name string) string { return path.Join(d.Display, name) }

// root is the folder's display path for people.
func (d *Dir) root() string { return displayName(d.Display) }

func displayName(display string) string {
	if display == "" {
		return "."
	}
	return display
}

func (d *Dir) excluded(name string) bool {
	p := d.display(name)
	return slices.ContainsFunc(d.exclude, func(pattern string) bool {
		ok, err := doublestar.Match(pattern, p)
		return ok && err == nil
	})
}

// sub lists a folder below d.
func (d *Dir) sub(name string) (*Dir, error) {
	return openDir(d.FS, path.Join(d.Path, name), path.Join(d.Display, name), d.exclude)
}

// leftOut are folders that no search for migrations enters.
func leftOut(name string) bool {
	return name == ".git" || name == "node_modules" || name == "vendor"
}

// tree is d with the files of the folders below it, by their paths relative to
// d. Hidden folders are left out, as Flyway does.
func (d *Dir) tree() *Dir {
	t := *d
	t.Files, t.Odd = slices.Clone(d.Files), slices.Clone(d.Odd)
	for _, name := range d.Subdirs {
		if leftOut(name) || strings.HasPrefix(name, ".") {
			continue
		}
		s, err := d.sub(name)
		if err != nil {
			t.Odd = append(t.Odd, Ignored{Path: d.display(name), Why: "folder that cannot be read: " + reason(err), Odd: true})
			continue
		}
		if d.otherFolder(name) && !d.all {
			if s.holdsSQL() {
				t.Odd = append(t.Odd, Ignored{Path: s.Display, Why: notPostgres})
			}
			continue
		}
		s.all = d.all
		s = s.tree()
		for _, f := range s.Files {
			t.Files = append(t.Files, name+"/"+f)
		}
		t.Odd = append(t.Odd, s.Odd...)
	}
	slices.Sort(t.Files)
	t.Subdirs, t.sql, t.heads = nil, nil, nil
	return &t
}

// has reports whether the folder has a file of that name.
func (d *Dir) has(name string) bool {
	_, found := slices.BinarySearch(d.Files, name)
	return found
}

// isSQL reports whether a file is SQL by its name.
func isSQL(name string) bool { return strings.EqualFold(path.Ext(name), ".sql") }

// sqlFiles are the names of the SQL files of the folder.
func (d *Dir) sqlFiles() []string {
	if d.sql == nil {
		d.sql = make([]string, 0, len(d.Files))
		for _, name := range d.Files {
			if isSQL(name) {
				d.sql = append(d.sql, name)
			}
		}
	}
	return d.sql
}

// sample is the first bytes of some of the folder's SQL files: the first, the
// last, and evenly spaced ones between. Files that cannot be read count as empty.
func (d *Dir) sample() [][]byte {
	if d.heads == nil {
		names := d.sqlFiles()
		n := min(len(names), headFiles)
		d.heads = make([][]byte, 0, n)
		for i := range n {
			d.heads = append(d.heads, d.head(names[i*(len(names)-1)/max(1, n-1)], headSize))
		}
	}
	return d.heads
}

// head is the first bytes of a file, nothing if it cannot be read.
func (d *Dir) head(name string, size int64) []byte {
	f, err := d.FS.Open(path.Join(d.Path, name))
	if err != nil {
		return nil
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, size))
	if err != nil {
		return nil
	}
	return text
}

// above is the nearest file of that name in the folder or above it, up to the
// root of FS: its path inside FS and its first bytes.
func (d *Dir) above(name string) (string, []byte) {
	for p := d.Path; ; p = path.Dir(p) {
		file := path.Join(p, name)
		if info, err := fs.Stat(d.FS, file); err == nil && info.Mode().IsRegular() {
			return file, (&Dir{FS: d.FS, Path: "."}).head(file, hintSize)
		}
		if p == "." || p == "/" {
			return "", nil
		}
	}
}

// input is a file as it was read.
type input struct {
	file     *source.File
	problems []Problem
	text     bool // worth parsing
}

// read reads a file whole. What cannot be read, or is no text, comes back with
// the Problem that says why.
func (d *Dir) read(name string) input {
	text, err := d.contents(name)
	if err != nil {
		f := source.NewFile(d.display(name), nil)
		return input{file: f, problems: []Problem{unreadable(f.Span(0, 0), reason(err))}}
	}
	return checked(source.NewFile(d.display(name), text))
}

// readAll reads files in parallel.
func (d *Dir) readAll(names []string) []input {
	ins := make([]input, len(names))
	parallel(len(names), func(i int) { ins[i] = d.read(names[i]) })
	return ins
}

func (d *Dir) contents(name string) ([]byte, error) {
	f, err := d.FS.Open(path.Join(d.Path, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no longer a regular file")
	case info.Size() > maxFile:
		return nil, tooLarge(info.Size())
	}
	text := make([]byte, info.Size())
	n, err := io.ReadFull(f, text)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return text[:n], nil
}

func tooLarge(size int64) error {
	return fmt.Errorf("it has %d MB, and miglint reads at most %d MB", size>>20, maxFile>>20)
}

// checked looks at what was read: only text is worth parsing.
func checked(f *source.File) input {
	if len(f.Text) > maxFile {
		f = source.NewFile(f.Path, nil)
		return input{file: f, problems: []Problem{unreadable(f.Span(0, 0), tooLarge(int64(len(f.Text))).Error())}}
	}
	// A NUL later on spoils a statement, which the parser says; one at the
	// beginning is no text.
	if i := bytes.IndexByte(f.Text[:min(len(f.Text), headSize)], 0); i >= 0 {
		return input{file: f, problems: []Problem{unreadable(f.Span(i, i+1), notText(f.Text))}}
	}
	return input{file: f, text: true}
}

func notText(text []byte) string {
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return "it is UTF-16, which PostgreSQL does not read; save it as UTF-8"
	}
	return "it holds a NUL byte, so it is no SQL text"
}

func unreadable(at source.Span, why string) Problem {
	return Problem{Rule: "unreadable-file", Span: at, Message: "the file cannot be read as a migration: " + why}
}

// reason is an I/O error without the path, which the message has already.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}

// parallel calls f for 0 to n-1 on as many goroutines as there are processors.
func parallel(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}
