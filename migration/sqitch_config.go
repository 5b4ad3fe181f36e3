package migration

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// sqitchConfig is sqitch.conf: values by section and key, such as core.top_dir and
// engine.pg.plan_file.
type sqitchConfig struct {
	values  map[string]string
	engines []string // those with a section of their own, in the order written
	base    string   // the folder that paths are relative to
	home    string   // that of the plan
}

// readSqitchConfig reads the nearest sqitch.conf, a file in the format of git's.
// Without one, everything has its default.
func readSqitchConfig(d *Dir) *sqitchConfig {
	conf := &sqitchConfig{values: map[string]string{}, base: d.Path, home: d.Path}
	file, text := d.above("sqitch.conf")
	if file == "" {
		return conf
	}
	conf.base = path.Dir(file)
	section := ""
	for line := range bytes.Lines(text) {
		l := strings.TrimSpace(string(line))
		switch {
		case l == "" || l[0] == '#' || l[0] == ';':
		case l[0] == '[':
			name, _, _ := strings.Cut(l[1:], "]")
			kind, sub, _ := strings.Cut(name, " ")
			section = strings.ToLower(kind)
			if sub = strings.Trim(sub, `" `); sub != "" {
				section += "." + sub
				if kind == "engine" && !slices.Contains(conf.engines, sub) && !strings.Contains(sub, ".") {
					conf.engines = append(conf.engines, sub)
				}
			}
		default:
			key, value, _ := strings.Cut(l, "=")
			conf.values[section+"."+strings.ToLower(strings.TrimSpace(key))] = sqitchValue(value)
		}
	}
	return conf
}

// sqitchValue is a value without its quotes, or without the comment behind it.
func sqitchValue(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, `"`) {
		s, _, _ = strings.Cut(s[1:], `"`)
		return s
	}
	if i := strings.IndexAny(s, "#;"); i >= 0 {
		s = strings.TrimSpace(s[:i])
	}
	return s
}

// relative is the way from one folder of the file system to another.
func relative(from, to string) string {
	if from == to {
		return "."
	}
	up := ""
	for from != "." && from != to && !strings.HasPrefix(to, from+"/") {
		from, up = path.Dir(from), up+"../"
	}
	if from != "." {
		to = strings.TrimPrefix(to, from)
	}
	return path.Clean(up + strings.TrimPrefix(to, "/"))
}

// value is a setting of an engine.
func (c *sqitchConfig) value(engine, key string) string {
	if v := c.values["engine."+engine+"."+key]; v != "" {
		return v
	}
	return c.values["core."+key]
}

// from is a path of the configuration as seen from the folder of the plan.
func (c *sqitchConfig) from(elements ...string) string {
	return relative(c.home, path.Join(c.base, path.Join(elements...)))
}

// plan is the plan file that is for PostgreSQL, or else the one for the engine
// that is returned. An empty engine is not known.
func (c *sqitchConfig) plan(files []string) (file, engine string) {
	engines := slices.Clone(c.engines)
	if core := c.coreEngine(); core != "" && !slices.Contains(engines, core) {
		engines = append(engines, core)
	}
	of := func(engine string) string {
		if v := c.value(engine, "plan_file"); v != "" {
			return c.from(v)
		}
		return c.from(c.value(engine, "top_dir"), "sqitch.plan")
	}
	if slices.Contains(engines, "pg") && slices.Contains(files, of("pg")) {
		return of("pg"), "pg"
	}
	for _, e := range engines {
		if slices.Contains(files, of(e)) {
			return of(e), e
		}
	}
	if len(files) == 0 {
		return "", ""
	}
	return files[0], ""
}

// coreEngine is the engine a project is for by default.
func (c *sqitchConfig) coreEngine() string {
	if rest, ok := strings.CutPrefix(c.values["core.target"], "db:"); ok {
		engine, _, _ := strings.Cut(rest, ":")
		return engine
	}
	return c.values["core.engine"]
}

// scripts is where the scripts of one kind are (lib/App/Sqitch/Target.pm).
func (c *sqitchConfig) scripts(engine, kind string) sqitchScripts {
	k := sqitchScripts{folder: c.from(c.value(engine, "top_dir"), kind), ext: "sql"}
	if engine == "" { // no setting is about this plan
		k.folder = kind
	}
	reworked, set := c.value(engine, "reworked_dir"), c.value(engine, kind+"_dir")
	if set != "" {
		k.folder = c.from(set)
	}
	switch own := c.value(engine, "reworked_"+kind+"_dir"); {
	case own != "":
		k.reworked = c.from(own)
	case reworked != "" && set != "":
		k.reworked = c.from(reworked, set)
	case reworked != "":
		k.reworked = c.from(reworked, kind)
	default:
		k.reworked = k.folder
	}
	if ext := c.value(engine, "extension"); ext != "" {
		k.ext = ext
	}
	return k
}

// owns reports whether scripts of Sqitch's are in a folder or below it.
func (c *sqitchConfig) owns(folder string) bool {
	for _, kind := range []string{"deploy", "revert", "verify"} {
		k := c.scripts("pg", kind)
		if first, _, _ := strings.Cut(k.folder, "/"); first == folder {
			return true
		}
		if first, _, _ := strings.Cut(k.reworked, "/"); first == folder {
			return true
		}
	}
	return false
}
