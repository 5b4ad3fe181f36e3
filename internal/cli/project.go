package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/config"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

// maxStdin bounds what is read from standard input.
const maxStdin = 16 << 20

// project is what one run works on: the configuration and the paths. Everything
// is read through an os.Root, so that no symbolic link in a folder under review
// leads out of it.
type project struct {
	*app
	cfg     *config.Config
	args    []*target // the paths given
	targets []*target // the paths to read: args, or else those of the configuration
	stdin   bool      // read standard input instead
	roots   map[string]*os.Root
	base    map[string][]byte // what args were before the change; nil: not known
}

// project resolves the paths and finds and reads the configuration.
// changedFiles says that the paths are changed files of a repository.
func (a *app) project(f *sourceFlags, args []string, changedFiles bool) (*project, error) {
	p := &project{app: a, roots: map[string]*os.Root{}}
	if slices.Contains(args, "-") {
		if len(args) > 1 {
			return nil, errors.New("- stands for standard input and cannot be combined with other paths")
		}
		p.stdin, args = true, nil
	}
	seen := map[string]bool{}
	for _, arg := range args {
		t, err := newTarget(arg, !changedFiles)
		if err != nil {
			return nil, a.perhapsCommand(arg, err)
		}
		if changedFiles && !t.file {
			return nil, fmt.Errorf("%s is a folder: --changed-files expects files", arg)
		}
		if !seen[t.abs] {
			p.args = append(p.args, t)
		}
		seen[t.abs] = true
	}
	return p, p.configure(f, changedFiles)
}

// perhapsCommand adds to the error about a path that a command may be meant.
func (a *app) perhapsCommand(arg string, err error) error {
	if near := analyzer.Nearest(arg, []string{"rules", "explain", "detect", "locks", "init", "completion", "help"}); near != "" {
		return fmt.Errorf("%w (or did you mean `miglint %s`?)", err, near)
	}
	return err
}

// root is the file system that a target is read through.
func (p *project) root(t *target) (*os.Root, error) {
	if r := p.roots[t.top]; r != nil {
		return r, nil
	}
	r, err := os.OpenRoot(t.top)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", shown(t.display), reason(err))
	}
	p.roots[t.top] = r
	return r, nil
}

func (p *project) close() {
	for _, r := range p.roots {
		r.Close() // opened for reading only
	}
}

// configure reads the configuration and decides what to read.
func (p *project) configure(f *sourceFlags, changedFiles bool) error {
	file, err := p.configFile(f.config)
	if err != nil {
		return err
	}
	p.cfg = config.Default()
	if file != "" {
		if p.cfg, err = config.Read(file, display(file), p.rules, f.config == ""); err != nil {
			return err
		}
	}
	f.apply(p.cfg)
	p.targets = p.args
	switch {
	case p.stdin || changedFiles || len(p.args) > 0:
		return nil
	case len(p.cfg.Paths) > 0:
		p.targets, err = p.configured()
		return err
	}
	here, err := newTarget(".", true)
	p.targets = []*target{here}
	return err
}

// configured are the paths that the configuration names.
func (p *project) configured() ([]*target, error) {
	var targets []*target
	for _, path := range p.cfg.Paths {
		t, err := newTarget(filepath.Join(p.cfg.Dir, filepath.FromSlash(path)), false)
		if err != nil {
			return nil, fmt.Errorf("%s, paths: %w", p.cfg.Path, err)
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// configFile is the configuration file to read, "" if there is none: the one the
// user named, or the one found from the paths upward.
func (p *project) configFile(named string) (string, error) {
	if named != "" {
		abs, err := filepath.Abs(named)
		if err != nil {
			return "", fmt.Errorf("--config %s: %w", named, err)
		}
		return abs, nil
	}
	if len(p.args) == 0 {
		return config.Find(".")
	}
	byFolder := map[string]string{}
	for _, t := range p.args {
		folder := t.folder()
		if _, known := byFolder[folder]; known {
			continue
		}
		found, err := config.Find(folder)
		if err != nil {
			return "", err
		}
		byFolder[folder] = found
		if first := byFolder[p.args[0].folder()]; found != first {
			return "", fmt.Errorf("%s and %s have different configurations (%s and %s): check them one by one, or choose one with --config",
				shown(p.args[0].display), shown(t.display), configShown(first), configShown(found))
		}
	}
	return byFolder[p.args[0].folder()], nil
}

func configShown(file string) string {
	if file == "" {
		return "none"
	}
	return display(file)
}

// source is what migration.Load needs to know.
func (p *project) source() migration.Options {
	opts := p.cfg.Source(workingDir())
	opts.Base = p.base
	return opts
}

// options are the decisions that rules need, with the schema to start from.
func (p *project) options() (analyzer.Options, error) {
	opts := p.cfg.Options(nil)
	if p.cfg.Schema == "" {
		return opts, nil
	}
	t, err := newTarget(filepath.Join(p.cfg.Dir, filepath.FromSlash(p.cfg.Schema)), false)
	if err != nil {
		return opts, fmt.Errorf("%s, schema: %w", p.cfg.Path, err)
	}
	if !t.file {
		return opts, fmt.Errorf("%s, schema: %s is a folder: expected the output of pg_dump --schema-only", p.cfg.Path, p.cfg.Schema)
	}
	root, err := p.root(t)
	if err != nil {
		return opts, err
	}
	text, err := root.ReadFile(t.path)
	if err != nil {
		return opts, fmt.Errorf("%s, schema: reading %s: %w", p.cfg.Path, p.cfg.Schema, reason(err))
	}
	opts.Schema = migration.ReadSchema(source.NewFile(t.display, text))
	return opts, nil
}

// readStdin reads standard input as one file.
func (p *project) readStdin() (*source.File, error) {
	text, err := io.ReadAll(io.LimitReader(p.app.stdin, maxStdin+1))
	if err != nil {
		return nil, fmt.Errorf("reading standard input: %w", err)
	}
	if len(text) > maxStdin {
		return nil, fmt.Errorf("standard input is larger than %d MB, which is the most that is read", maxStdin>>20)
	}
	return source.NewFile("<stdin>", text), nil
}

// load reads the migrations. With changedOnly, the paths are changed files.
func (p *project) load(changedOnly bool) (*migration.Set, error) {
	opts := p.source()
	if p.stdin {
		f, err := p.readStdin()
		if err != nil {
			return nil, err
		}
		return migration.LoadFile(f, opts), nil
	}
	set := &migration.Set{}
	if changedOnly && len(p.cfg.Paths) > 0 {
		return set, p.loadConfigured(set, opts)
	}
	loadFiles := migration.LoadFiles
	if changedOnly {
		loadFiles = migration.LoadChanged
	}
	files := map[string][]migration.NamedFile{} // by what they are read through
	for _, t := range p.targets {
		if t.file && !p.inFolder(t) {
			files[t.top] = append(files[t.top], migration.NamedFile{Name: t.path, Display: t.display})
		}
	}
	for _, t := range p.targets {
		if !t.file {
			if err := p.loadInto(set, t, migration.Load, opts); err != nil {
				return nil, err
			}
			continue
		}
		group := files[t.top]
		if delete(files, t.top); group == nil {
			continue
		}
		load := func(fsys fs.FS, _, _ string, opts migration.Options) (*migration.Set, error) {
			return loadFiles(fsys, group, opts)
		}
		if err := p.loadInto(set, t, load, opts); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// loader is migration.Load or does its work.
type loader func(fsys fs.FS, name, display string, opts migration.Options) (*migration.Set, error)

// loadInto adds what load finds at the target to the set. A folder that was found
// from another target already is not read twice.
func (p *project) loadInto(set *migration.Set, t *target, load loader, opts migration.Options) error {
	root, err := p.root(t)
	if err != nil {
		return err
	}
	found, err := load(root.FS(), t.path, t.display, opts)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(set.Streams))
	for _, s := range set.Streams {
		known[s.Root] = true
	}
	for _, s := range found.Streams {
		if t.file || !known[s.Root] {
			set.Streams = append(set.Streams, s)
		}
	}
	set.Ignored = append(set.Ignored, found.Ignored...)
	return nil
}

// inFolder reports whether a folder that the file is in is to be read too.
func (p *project) inFolder(file *target) bool {
	return slices.ContainsFunc(p.targets, func(t *target) bool { return !t.file && t.holds(file) })
}

// loadConfigured reads those folders that the configuration names and that hold
// changed files.
func (p *project) loadConfigured(set *migration.Set, opts migration.Options) error {
	opts.Changed = map[string]bool{}
	for _, t := range p.args {
		opts.Changed[t.display] = true
	}
	folders, err := p.configured()
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if !slices.ContainsFunc(p.args, folder.holds) {
			continue
		}
		if err := p.loadInto(set, folder, migration.Load, opts); err != nil {
			return err
		}
	}
	return nil
}
