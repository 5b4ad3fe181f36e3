package migration

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

var (
	// sqitchMark is the first line of Sqitch's own templates.
	sqitchMark = regexp.MustCompile(`(?m)^-- Deploy \S+ to (pg|[a-z]+)\b`)
	// sqitchInclude is psql's command to read another file.
	sqitchInclude = regexp.MustCompile(`(?m)^[ \t]*\\(?:ir?|include(?:_relative)?)[ \t]+'?([^\s']+)`)
)

// sqitch is Sqitch: scripts in deploy/ and revert/, run by `psql -f` in the order
// of the plan file. A change that was reworked has several scripts, the older ones
// with a tag in their names.
func sqitch() *Framework {
	fw := &Framework{
		Name:      "sqitch",
		Title:     "Sqitch",
		Downs:     RequiredDown,
		Files:     "sqitch.plan and deploy/<change>.sql",
		Mark:      sqitchMark,
		Directive: "-- Deploy <project>:<change> to pg",
		Recursive: true,
		Late:      "Sqitch refuses to go on, as it no longer finds the deployed changes in the plan",
		Edited:    "Sqitch never runs it again",
		Runs:      isSQL,
		Detect:    detectSqitch,
		Parse: func(f *source.File, opts Options) Scripts {
			up, problems := sqitchRunner.entire(f, opts, PerStatement)
			return Scripts{Up: up, Problems: append(emptyFile(f), problems...)}
		},
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		loadSqitch(s, d, opts)
		return s, nil
	}
	return fw
}

var sqitchRunner = runner{title: "psql", psql: true}

// sqitchPlans are the plan files of a folder.
func sqitchPlans(d *Dir) []string {
	var plans []string
	for _, name := range d.Files {
		if name == "sqitch.plan" || path.Ext(name) == ".plan" && isSqitchPlan(d.head(name, headSize)) {
			plans = append(plans, name)
		}
	}
	return plans
}

func detectSqitch(d *Dir) Evidence {
	plans := sqitchPlans(d)
	if len(plans) == 0 {
		return Evidence{}
	}
	return Evidence{markerScore + markerShare, []string{"there is the plan " + d.display(plans[0])}}
}

// sqitchScripts are the scripts of one kind: deploy or revert.
type sqitchScripts struct {
	folder, reworked string // relative to the folder of the plan
	ext              string
	files            map[string]bool // those that are there
	used             map[string]bool
}

// list reads which scripts there are.
func (k *sqitchScripts) list(d *Dir) {
	k.files, k.used = map[string]bool{}, map[string]bool{}
	for _, folder := range []string{k.folder, k.reworked} {
		sub, err := d.sub(folder)
		if err != nil {
			continue
		}
		for _, name := range sub.tree().Files {
			if strings.HasSuffix(name, "."+k.ext) {
				k.files[path.Join(folder, name)] = true
			}
		}
	}
}

// script is the file of a change.
func (k *sqitchScripts) script(c *sqitchChange) (name string, found bool) {
	name = path.Join(k.folder, c.name+"."+k.ext)
	for i := len(c.reworked) - 1; i >= 0; i-- {
		tagged := path.Join(k.reworked, c.name+c.reworked[i]+"."+k.ext)
		if i == len(c.reworked)-1 || k.files[tagged] {
			name = tagged
		}
		if k.files[tagged] {
			break
		}
	}
	found = k.files[name]
	if found {
		k.used[name] = true
	}
	return name, found
}

func loadSqitch(s *Stream, d *Dir, opts Options) {
	conf := readSqitchConfig(d)
	plan, engine := conf.plan(sqitchPlans(d))
	if plan == "" {
		s.Ignored = append(s.Ignored, Ignored{Path: d.root(), Why: "there is no plan of Sqitch's in this folder"})
		return
	}
	deploy, revert := conf.scripts(engine, "deploy"), conf.scripts(engine, "revert")
	deploy.list(d)
	if engine == "" {
		engine = deploy.engine(d)
	}
	if engine != "pg" {
		s.Ignored = append(s.Ignored, Ignored{Path: d.display(plan), Why: "a plan for the engine " + engine + ", not for PostgreSQL"})
		return
	}
	revert.list(d)
	in := d.read(plan)
	p := parseSqitchPlan(in.file)
	p.checkOrder()
	s.loadChanges(d, p, &deploy, &revert, opts)
	s.unplanned(d, &deploy, opts)
	for _, name := range sqitchPlans(d) {
		if name != plan {
			s.ignore(d, name, "a plan that sqitch.conf does not name for PostgreSQL")
		}
	}
	s.Ignored = append(s.Ignored, Ignored{Path: d.display(conf.scripts("pg", "verify").folder), Why: "scripts that check deploys: they change nothing and are not judged"})
	s.otherFolders(d, conf)
	if opts.judges(in.file) {
		sortProblems(p.problems)
		s.Problems = append(append(s.Problems, in.problems...), p.problems...)
	}
	s.judge(opts)
}

// engine is what the scripts say they are for, pg if they do not.
func (k *sqitchScripts) engine(d *Dir) string {
	looked := 0
	for name := range k.files {
		if m := sqitchMark.FindSubmatch(d.head(name, headSize)); m != nil {
			return string(m[1])
		}
		if looked++; looked == headFiles {
			break
		}
	}
	return "pg"
}

// loadChanges makes a migration of each change that has a script.
func (s *Stream) loadChanges(d *Dir, p *sqitchPlan, deploy, revert *sqitchScripts, opts Options) {
	type change struct {
		*sqitchChange
		up, down input
		hasDown  bool
		unread   bool // changes without a script are before it
	}
	var found []*change
	var ups, downs []string
	missing := false
	for _, c := range p.changes {
		up, ok := deploy.script(c)
		if !ok {
			p.problem(c.at, "there is no %s: Sqitch stops at this change", d.display(up))
			missing = true
			continue
		}
		down, hasDown := revert.script(c)
		found = append(found, &change{sqitchChange: c, hasDown: hasDown, unread: missing})
		ups, downs, missing = append(ups, up), append(downs, down), false
	}
	parallel(len(found), func(i int) {
		found[i].up = d.read(ups[i])
		if found[i].hasDown {
			found[i].down = d.read(downs[i])
		}
	})
	for i, c := range found {
		m := &Migration{Version: c.name, Time: c.time, Files: []*source.File{c.up.file}, AfterUnread: c.unread}
		if len(c.reworked) > 0 {
			m.Version = strings.TrimSuffix(strings.TrimPrefix(ups[i], deploy.folder+"/"), "."+deploy.ext)
		}
		if c.hasDown {
			m.Files = append(m.Files, c.down.file)
		}
		if i > 0 && bytes.Contains(found[i-1].up.file.Text, []byte(`\i`)) && sqitchInclude.Match(found[i-1].up.file.Text) {
			m.AfterUnread = true
		}
		up, down, hasDown := c.up, c.down, c.hasDown
		m.parse = func() Scripts { return sqitchPair(up, down, hasDown, opts) }
		s.Migrations = append(s.Migrations, m)
		for _, at := range sqitchInclude.FindAllSubmatch(c.up.file.Text, -1) {
			deploy.used[path.Join(path.Dir(ups[i]), string(at[1]))] = true
			deploy.used[path.Clean(string(at[1]))] = true
		}
	}
}

func sqitchPair(up, down input, hasDown bool, opts Options) Scripts {
	read := func(in input) (*Script, []Problem) {
		if !in.text {
			return unread(in.file), in.problems
		}
		return sqitchRunner.entire(in.file, opts, PerStatement)
	}
	var both Scripts
	both.Up, both.Problems = read(up)
	if up.text {
		both.Problems = append(both.Problems, emptyFile(up.file)...)
	}
	if hasDown {
		script, problems := read(down)
		both.Down, both.Problems = script, append(both.Problems, problems...)
	}
	return both
}

// unplanned lists the deploy scripts that no change and no script names.
func (s *Stream) unplanned(d *Dir, deploy *sqitchScripts, opts Options) {
	var left []string
	for name := range deploy.files {
		if !deploy.used[name] {
			left = append(left, name)
		}
	}
	slices.Sort(left)
	for _, name := range left {
		s.mistake(d, name, "the plan has no change of this name", opts)
	}
}

// otherFolders lists folders with SQL beside the scripts.
func (s *Stream) otherFolders(d *Dir, conf *sqitchConfig) {
	for _, name := range d.Subdirs {
		if leftOut(name) || strings.HasPrefix(name, ".") || conf.owns(name) {
			continue
		}
		if sub, err := d.sub(name); err == nil && sub.holdsSQL() {
			s.Ignored = append(s.Ignored, Ignored{Path: sub.Display, Why: fmt.Sprintf("no folder of %s's; name it to have it read", s.Framework.Title)})
		}
	}
}
