package main

import (
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
)

// whole is what a statement does with all that it runs: its own effect and those
// of the statements in routines that follow it. possible is what only conditions
// let happen.
func whole(p *analyzer.Pass, s *analyzer.Stmt) (certain, possible effect.Effect) {
	certain = s.Effect
	certain.Locks = slices.Clone(certain.Locks)
	for _, in := range p.Stmts[s.Index+1:] {
		if in.Within == nil {
			break
		}
		if !within(in, s) || in.Within.Undone {
			continue
		}
		all := &certain
		if in.Within.MayRun {
			all = &possible
		}
		e := &in.Effect
		if f := e.Fails; f != nil && !f.IfRows {
			if !in.Within.MayRun && certain.Fails == nil {
				certain.Fails = f
			}
			continue
		}
		all.Locks = append(all.Locks, e.Locks...)
		all.Rewrites = append(all.Rewrites, e.Rewrites...)
		all.Scans = append(all.Scans, e.Scans...)
	}
	certain.Locks = strongest(certain.Locks)
	certain.Scans = unlessRewritten(certain.Scans, certain.Rewrites)
	return certain, possible
}

func within(s, by *analyzer.Stmt) bool {
	for s.Within != nil {
		if s = s.Within.By; s == by {
			return true
		}
	}
	return false
}

// strongest leaves one lock on each relation.
func strongest(locks []effect.Lock) []effect.Lock {
	modes := map[catalog.Key]effect.Mode{}
	for _, l := range locks {
		modes[l.Relation] = max(modes[l.Relation], l.Mode)
	}
	var kept []effect.Lock
	for _, l := range locks {
		if l.Mode == modes[l.Relation] {
			kept = append(kept, l)
			modes[l.Relation]++ // only once
		}
	}
	return kept
}

func unlessRewritten(scans, rewrites []effect.Relation) []effect.Relation {
	return slices.DeleteFunc(slices.Clone(scans), func(s effect.Relation) bool {
		return slices.ContainsFunc(rewrites, func(r effect.Relation) bool { return r.Key == s.Key && !r.Maybe })
	})
}
