package migration

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// Frameworks are the frameworks miglint knows, in the order they are listed to
// users.
//
// A framework's evidence for a folder is a score of 0 to 105:
//
//	60–100  its directives stand in the files (60 and a share of 40 for the part
//	        of the sampled files that have them)
//	 0–80   the file names follow its grammar (80 and the share of SQL files that do)
//	   30   plain: most SQL files begin with a number
//	   10   plain: there are SQL files
//	   +5   a file above the folder speaks for it, such as go.mod; it never
//	        counts on its own
//
// The highest score wins. Two that are equal are an error that asks the user,
// never a guess.
func Frameworks() []*Framework {
	return []*Framework{
		golangMigrate(),
		goose(),
		dbmate(),
		sqlMigrate(),
		flyway(),
		diesel(),
		refinery(),
		prisma(),
		drizzle(),
		supabase(),
		popx(),
		nodePGMigrate(),
		sqitch(),
		liquibase(),
		bun(),
		goPG(),
		gormigrate(),
		sqlx(),
		atlas(),
		tern(),
		plain(),
	}
}

// The scale of Frameworks.
const (
	markerScore   = 60
	markerShare   = 40
	nameShare     = 80
	numberedScore = 30
	anySQLScore   = 10
	hintScore     = 5
)

// Evidence is why a folder may belong to a framework. Score 0 means it does not;
// see Frameworks for the scale.
type Evidence struct {
	Score int
	Why   []string
}

// named returns the framework with that name, nil if there is none.
func named(name string) *Framework {
	for _, fw := range Frameworks() {
		if fw.Name == name {
			return fw
		}
	}
	return nil
}

// markers is the evidence of a framework whose directives match mark.
func markers(dir *Dir, mark *regexp.Regexp, directive string) Evidence {
	sample := dir.sample()
	found := 0
	for _, head := range sample {
		if mark.Match(head) {
			found++
		}
	}
	if found == 0 {
		return Evidence{}
	}
	return Evidence{
		Score: markerScore + markerShare*found/len(sample),
		Why:   []string{fmt.Sprintf("%s `%s`", share(found, len(sample), "SQL file looked into has", "SQL files looked into have"), directive)},
	}
}

// names is the evidence of a framework that is known by its file names.
func names(sqlFiles []string, runs func(string) bool, grammar string) Evidence {
	found := 0
	for _, name := range sqlFiles {
		if runs(path.Base(name)) {
			found++
		}
	}
	if found == 0 {
		return Evidence{}
	}
	return Evidence{
		Score: max(1, nameShare*found/len(sqlFiles)),
		Why:   []string{fmt.Sprintf("%s named %s", share(found, len(sqlFiles), "SQL file is", "SQL files are"), grammar)},
	}
}

func share(n, of int, one, many string) string {
	switch {
	case of == 1:
		return "the " + one
	case n == of:
		return fmt.Sprintf("all %d %s", of, many)
	}
	return fmt.Sprintf("%d of %d %s", n, of, many)
}

// hint adds to evidence that stands on its own what files above the folder say.
func (e Evidence) hint(why string) Evidence {
	if e.Score == 0 || why == "" {
		return e
	}
	return Evidence{Score: e.Score + hintScore, Why: append(e.Why, why)}
}

// goModule says which of the modules the nearest go.mod above the folder
// requires, "" if none.
func goModule(dir *Dir, modules ...string) string {
	name, text := dir.above("go.mod")
	for line := range bytes.Lines(text) {
		line, _, _ = bytes.Cut(line, []byte("//"))
		words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(string(line)), "require "))
		for _, m := range modules {
			if len(words) == 2 && (words[0] == m || strings.HasPrefix(words[0], m+"/v")) {
				return fmt.Sprintf("%s requires %s", name, words[0])
			}
		}
	}
	return ""
}
