package goanalysis

import (
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/config"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

// goPackage is a package that may hold migrations. Paths are shown relative to
// its folder.
type goPackage struct {
	pass   *analysis.Pass
	folder string // absolute
	judged []string
	files  map[string]*token.File // by display path: those of the pass, and those that findings point at
}

// newPackage is nil for a package that neither registers migrations nor, with
// embedded, embeds SQL files.
func newPackage(pass *analysis.Pass, embedded bool) *goPackage {
	p := &goPackage{pass: pass, files: map[string]*token.File{}}
	for _, f := range pass.Files {
		if registers(f) || embedded && embedsSQL(f) {
			// A file that cgo made stands elsewhere and says where it comes from.
			name, err := filepath.Abs(pass.Fset.Position(f.Package).Filename)
			if err == nil && !strings.HasSuffix(name, "_test.go") {
				p.folder = filepath.Dir(name)
				break
			}
		}
	}
	if p.folder == "" {
		return nil
	}
	for _, f := range pass.Files {
		name, err := filepath.Abs(pass.Fset.Position(f.Package).Filename)
		if err != nil || filepath.Dir(name) != p.folder || filepath.Ext(name) != ".go" {
			continue
		}
		display := filepath.Base(name)
		p.judged = append(p.judged, display)
		if file := pass.Fset.File(f.Package); filepath.Base(file.Name()) == display {
			p.files[display] = file
		}
		if embedded {
			p.judged = append(p.judged, p.embedded(f)...)
		}
	}
	slices.Sort(p.judged)
	p.judged = slices.Compact(p.judged)
	return p
}

// judge reads the folder and judges those files of the package that are
// migrations.
func (p *goPackage) judge(configFile string, all []*analyzer.Rule) (*analyzer.Result, error) {
	cfg, err := p.config(configFile, all)
	if err != nil {
		return nil, err
	}
	top := config.Repository(p.folder)
	if top == "" {
		top = p.folder
	}
	root, err := os.OpenRoot(top)
	if err != nil {
		return nil, fmt.Errorf("reading migrations: %w", err)
	}
	defer root.Close()
	opts, err := options(cfg, p.folder)
	if err != nil {
		return nil, err
	}
	below, err := filepath.Rel(top, p.folder)
	if err != nil {
		return nil, fmt.Errorf("reading migrations: %w", err)
	}
	var files []migration.NamedFile
	for _, name := range p.judged {
		if p.configured(cfg, name) {
			files = append(files, migration.NamedFile{Name: path.Join(filepath.ToSlash(below), name), Display: name})
		}
	}
	if len(files) == 0 {
		return &analyzer.Result{}, nil
	}
	set, err := migration.LoadChanged(root.FS(), files, cfg.Source(p.folder))
	if err != nil {
		return nil, fmt.Errorf("in %s: %w; what is a flag of the command line is a key of %s here", p.folder, err, config.FileName)
	}
	return analyzer.Run(set, all, opts), nil
}

// config is the configuration: the file that the user named, or the one found
// from the package's folder upward.
func (p *goPackage) config(named string, all []*analyzer.Rule) (*config.Config, error) {
	if named != "" {
		abs, err := filepath.Abs(named)
		if err != nil {
			return nil, fmt.Errorf("-config %s: %w", named, err)
		}
		return config.Read(abs, abs, all, false)
	}
	found, err := config.Find(p.folder)
	if err != nil {
		return nil, err
	}
	if found == "" {
		return config.Default(), nil
	}
	return config.Read(found, found, all, true)
}

// configured reports whether a file is in one of the folders that the
// configuration names, if it names any.
func (p *goPackage) configured(cfg *config.Config, name string) bool {
	return len(cfg.Paths) == 0 || slices.ContainsFunc(cfg.Paths, func(folder string) bool {
		rel, err := filepath.Rel(filepath.Join(cfg.Dir, filepath.FromSlash(folder)), filepath.Join(p.folder, filepath.FromSlash(name)))
		return err == nil && filepath.IsLocal(rel)
	})
}

// options are the decisions that rules need, with the schema to start from.
func options(cfg *config.Config, folder string) (analyzer.Options, error) {
	opts := cfg.Options(nil)
	if cfg.Schema == "" {
		return opts, nil
	}
	file := filepath.Join(cfg.Dir, filepath.FromSlash(cfg.Schema))
	top := config.Repository(filepath.Dir(file))
	if top == "" {
		top = filepath.Dir(file)
	}
	text, err := readBelow(top, file)
	if err != nil {
		return opts, fmt.Errorf("%s, schema: reading %s: %w", cfg.Path, cfg.Schema, err)
	}
	opts.Schema = migration.ReadSchema(source.NewFile(config.Display(file, folder), text))
	return opts, nil
}

// readBelow reads a file without following a link out of top.
func readBelow(top, file string) ([]byte, error) {
	root, err := os.OpenRoot(top)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	name, err := filepath.Rel(top, file)
	if err != nil {
		return nil, err
	}
	text, err := root.ReadFile(name)
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return nil, pathErr.Err // the message around it has the path
	}
	return text, err
}
