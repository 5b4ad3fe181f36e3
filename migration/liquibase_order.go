package migration

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

var (
	liquibaseTag  = regexp.MustCompile(`(?s)<(include|includeAll|changeSet|sqlFile|property|/?rollback)\b([^>]*)>`)
	liquibaseAttr = regexp.MustCompile(`([A-Za-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)')`)
	liquibaseXML  = regexp.MustCompile(`(?s)<!--.*?-->`)
	liquibaseKey  = regexp.MustCompile(`(?m)["']?\b(include|includeAll|changeSet|sqlFile|rollback|property|file|path|relativeToChangelogFile|name|value|dbms|id|author|runInTransaction|runOnChange|runAlways|splitStatements|endDelimiter|ignore)\b["']?[ \t]*:[ \t]*("[^"\r\n]*"|'[^'\r\n]*'|[^\s,{}\[\]#][^,}\r\n#]*)?`)
	liquibaseRoot = regexp.MustCompile(`databaseChangeLog`)
)

// changelogs reads which files the changelogs of a folder bring in, and in which
// order. XML, YAML and JSON are read as text: only what they include matters.
type changelogs struct {
	dir        *Dir
	seen       map[string]bool
	files      []changelogFile
	properties map[string]string
	problems   []Problem
	ignored    []Ignored
	lost       bool // something included was not found
	sets       bool // change sets that are not SQL were met since the last file
}

// changelogFile is a SQL file in the order of the changelogs.
type changelogFile struct {
	name        string
	afterUnread bool
	set         *changeSet // the change set in another format that runs the file
}

// isChangelog reports whether a file may be a changelog other than SQL.
func isChangelog(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".xml", ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// rootChangelogs are the changelogs in a folder that look like where Liquibase
// starts.
func rootChangelogs(d *Dir) []string {
	var found []string
	looked := 0
	for _, name := range d.Files {
		lower := strings.ToLower(name)
		if !isChangelog(name) || !strings.Contains(lower, "changelog") && !strings.Contains(lower, "master") && !strings.Contains(lower, "liquibase") {
			continue
		}
		if looked++; looked > headFiles {
			break
		}
		if liquibaseRoot.Match(d.head(name, headSize)) {
			found = append(found, name)
		}
	}
	return found
}

// read follows one changelog.
func (c *changelogs) read(name string) {
	if c.seen[name] {
		return
	}
	c.seen[name] = true
	if isSQL(name) {
		c.files = append(c.files, changelogFile{name: name, afterUnread: c.sets})
		c.sets = false
		return
	}
	in := c.dir.read(name)
	if !in.text {
		c.problems = append(c.problems, in.problems...)
		return
	}
	items := yamlItems(in.file)
	if strings.EqualFold(path.Ext(name), ".xml") {
		items = xmlItems(in.file)
	}
	unread := 0
	var set *changelogItem // the one that is open
	read, back := true, false
	end := func() {
		if set != nil && !read {
			unread++
			c.sets = true
		}
	}
	for i, it := range items {
		switch it.kind {
		case "include":
			c.include(name, it)
		case "includeAll":
			c.includeAll(name, it)
		case "property":
			if _, known := c.properties[it.attrs["name"]]; !known && forPostgres(it.attrs["dbms"]) {
				c.properties[it.attrs["name"]] = it.attrs["value"]
			}
		case "changeSet":
			end()
			set, read, back = &items[i], false, false
		case "rollback":
			back = true
		case "/rollback":
			back = false
		case "sqlFile":
			read = c.sqlFile(name, set, it, back) || read
		}
	}
	end()
	if unread > 0 {
		c.ignored = append(c.ignored, Ignored{Path: c.dir.display(name), Why: counted(unread, "change set") + " not written in SQL, not read"})
	}
}

// sqlFile adds a SQL file that a change set in another format runs. It reports
// whether there is nothing unread about it.
func (c *changelogs) sqlFile(from string, set *changelogItem, it changelogItem, back bool) bool {
	name, found := c.resolve(from, it, it.attrs["path"], c.dir.has)
	if set == nil || !found {
		return false
	}
	c.seen[name] = true
	if back {
		if n := len(c.files); n > 0 && c.files[n-1].set != nil {
			c.files[n-1].set.otherDown = true
		}
		return true
	}
	attrs := map[string]string{}
	for _, from := range []map[string]string{it.attrs, set.attrs} {
		for k, v := range from {
			attrs[strings.ToLower(k)] = v
		}
	}
	c.files = append(c.files, changelogFile{name, c.sets, &changeSet{author: attrs["author"], id: attrs["id"], attrs: attrs, hasSQL: true}})
	c.sets = false
	return true
}

// resolve finds what a changelog names: beside it, or below a folder above.
func (c *changelogs) resolve(from string, it changelogItem, name string, found func(string) bool) (string, bool) {
	name = strings.TrimPrefix(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "classpath:"), "/")
	beside := path.Join(path.Dir(from), name)
	if it.attrs["relativeToChangelogFile"] == "true" {
		return beside, found(beside)
	}
	if inside := path.Clean(name); found(inside) {
		return inside, true
	}
	for p, up := c.dir.Path, ""; p != "." && p != "/"; {
		base := path.Base(p)
		p, up = path.Dir(p), base+"/"+up
		if rest, ok := strings.CutPrefix(name, up); ok && found(path.Clean(rest)) {
			return path.Clean(rest), true
		}
	}
	return beside, found(beside)
}

func (c *changelogs) include(from string, it changelogItem) {
	name, ok := c.resolve(from, it, it.attrs["file"], c.dir.has)
	if !ok {
		c.missing(it, it.attrs["file"], name)
		return
	}
	c.read(name)
}

// missing notes what is not there. Only a path relative to the changelog is sure
// to be wrong: others may be in a library.
func (c *changelogs) missing(it changelogItem, as, name string) {
	c.lost = true
	if it.attrs["relativeToChangelogFile"] == "true" {
		c.problems = append(c.problems, Problem{Rule: "liquibase-changelog", Span: it.at, Message: "there is no " + c.dir.display(name) + ", so Liquibase refuses the changelog"})
		return
	}
	c.ignored = append(c.ignored, Ignored{Path: it.at.File.Path, Why: "it includes " + as + ", which is not in this folder and is not read"})
}

func (c *changelogs) includeAll(from string, it changelogItem) {
	below := func(folder string) bool {
		return folder == "." || slices.ContainsFunc(c.dir.Files, func(f string) bool { return strings.HasPrefix(f, folder+"/") })
	}
	folder, ok := c.resolve(from, it, strings.TrimSuffix(it.attrs["path"], "/"), below)
	if !ok {
		c.missing(it, it.attrs["path"], folder)
		return
	}
	for _, f := range c.dir.Files {
		if (folder == "." || strings.HasPrefix(f, folder+"/")) && (isSQL(f) || isChangelog(f)) {
			c.read(f)
		}
	}
}

// changelogItem is an element of a changelog that matters.
type changelogItem struct {
	kind  string
	at    source.Span
	attrs map[string]string
}

func xmlItems(f *source.File) []changelogItem {
	text := liquibaseXML.ReplaceAllFunc(f.Text, func(comment []byte) []byte { return bytes.Repeat([]byte(" "), len(comment)) })
	var items []changelogItem
	for _, m := range liquibaseTag.FindAllSubmatchIndex(text, -1) {
		it := changelogItem{kind: string(text[m[2]:m[3]]), at: f.Span(m[0], m[1]), attrs: map[string]string{}}
		for _, a := range liquibaseAttr.FindAllSubmatch(text[m[4]:m[5]], -1) {
			it.attrs[string(a[1])] = string(a[2]) + string(a[3])
		}
		items = append(items, it)
	}
	return items
}

func yamlItems(f *source.File) []changelogItem {
	var items []changelogItem
	for _, m := range liquibaseKey.FindAllSubmatchIndex(f.Text, -1) {
		if start := f.LineStart(f.Position(m[0]).Line); bytes.HasPrefix(bytes.TrimSpace(f.Text[start:m[0]]), []byte("#")) {
			continue
		}
		key, value := string(f.Text[m[2]:m[3]]), ""
		if m[4] >= 0 {
			value = strings.Trim(strings.TrimSpace(string(f.Text[m[4]:m[5]])), `"'`)
		}
		switch key {
		case "include", "includeAll", "changeSet", "sqlFile", "rollback", "property":
			items = append(items, changelogItem{kind: key, at: f.Span(m[0], m[3]), attrs: map[string]string{}})
		default:
			if n := len(items); n > 0 && items[n-1].attrs[key] == "" {
				items[n-1].attrs[key] = value
				if key == "file" || key == "path" {
					items[n-1].at = f.Span(m[0], max(m[1], m[3]))
				}
			}
		}
	}
	return items
}
