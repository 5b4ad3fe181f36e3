package migration

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// verdict is the framework a folder belongs to; nil if it is nobody's.
type verdict struct {
	fw *Framework
	Evidence
	other string // why its files are for another database than PostgreSQL; "" if they are not
}

// candidate is a folder of migrations.
type candidate struct {
	verdict
	dir *Dir
}

func (v verdict) load(d *Dir, opts Options) (*Stream, error) {
	if v.fw.Name != popxFramework && opts.layout(d.Display) == nil {
		d = d.postgresOnly()
	}
	s, err := v.fw.Load(d, opts)
	if err != nil {
		return nil, err
	}
	s.Why = append(v.Why[:len(v.Why):len(v.Why)], s.Why...)
	if d.has(atlasSum) {
		s.verifySum(d, opts)
	}
	return s, nil
}

// judge weighs the evidence for a folder. Equal evidence for two frameworks is
// an error.
func judge(d *Dir, opts Options) (verdict, error) {
	if l := opts.layout(d.Display); l != nil {
		return l.verdict(), nil
	}
	if fw := named(opts.Framework); fw != nil {
		e := fw.Detect(d)
		if slices.ContainsFunc(d.Files, func(name string) bool { return fw.Runs(path.Base(name)) }) || e.Score > 0 {
			return verdict{fw: fw, Evidence: Evidence{markerScore + markerShare, append([]string{chosen}, e.Why...)}}, nil
		}
		return verdict{}, nil
	}
	var best, second verdict
	for _, fw := range Frameworks() {
		switch v := (verdict{fw: fw, Evidence: fw.Detect(d)}); {
		case v.Score > best.Score:
			best, second = v, best
		case v.Score > second.Score:
			second = v
		}
	}
	if best.Score > 0 && best.Score == second.Score {
		return verdict{}, fmt.Errorf("cannot tell which framework %s belongs to: %s (%s) or %s (%s); say it with --framework %s or --framework %s",
			d.root(), best.fw.Name, strings.Join(best.Why, ", "), second.fw.Name, strings.Join(second.Why, ", "), best.fw.Name, second.fw.Name)
	}
	if best.Score > 0 {
		best.other = d.otherDialect()
	}
	return best, nil
}

// search finds the folders of migrations below d, in the order of their paths.
// What it leaves out although there is SQL in it goes to set.Ignored.
func search(d *Dir, set *Set, opts Options) ([]candidate, error) {
	var found []candidate
	for _, name := range d.Subdirs {
		if leftOut(name) {
			continue
		}
		sub, err := d.sub(name)
		if err != nil {
			set.Ignored = append(set.Ignored, Ignored{Path: d.display(name), Why: "folder that cannot be read: " + reason(err), Odd: true})
			continue
		}
		if d.otherFolder(name) && opts.layout(sub.Display) == nil {
			if sub.holdsSQL() {
				set.Ignored = append(set.Ignored, Ignored{Path: sub.Display, Why: notPostgres + "; name the folder to have it read"})
			}
			continue
		}
		set.noteRails(sub)
		v, err := judge(sub, opts)
		if err != nil {
			return nil, err
		}
		if v.other != "" {
			if v.isFound(sub) {
				set.Ignored = append(set.Ignored, Ignored{Path: sub.Display, Odd: true, Why: v.other + "; --framework " + v.fw.Name + " has it read all the same"})
			}
			v = verdict{}
		}
		if belongs := v.isFound(sub); belongs {
			found = append(found, candidate{v, sub})
			if v.fw.Recursive {
				continue
			}
		}
		below, err := search(sub, set, opts)
		if err != nil {
			return nil, err
		}
		found = append(found, below...)
	}
	return found, nil
}

// isFound reports whether the evidence is enough for a folder that nobody named.
// Numbered SQL files are migrations only in a folder that says so.
func (v verdict) isFound(d *Dir) bool {
	if v.Score < numberedScore {
		return false
	}
	if v.fw.Name != plainName {
		return true
	}
	return detectPlain(d).Score >= numberedScore && strings.Contains(strings.ToLower(path.Base(path.Dir(d.Path))+"/"+path.Base(d.Path)), "migrat")
}

// holdsSQL reports whether there is a SQL file in the folder or below it.
func (d *Dir) holdsSQL() bool {
	return len(d.sqlFiles()) > 0 || slices.ContainsFunc(d.Subdirs, func(name string) bool {
		if leftOut(name) {
			return false
		}
		sub, err := d.sub(name)
		return err == nil && sub.holdsSQL()
	})
}
