package migration

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
)

// cliVersion is the first two numbers of a tool's version.
type cliVersion struct{ major, minor int }

func (v cliVersion) less(than cliVersion) bool {
	return v.major < than.major || v.major == than.major && v.minor < than.minor
}

var versionNumber = regexp.MustCompile(`^[\^~>=v ]*(\d+)(?:\.(\d+))?`)

// packageVersion is the version of a Node package that the nearest package.json
// above the folder asks for: the lowest one that will do. text is "" if it asks for
// none, or for one that it does not say.
func packageVersion(d *Dir, name string) (file, text string, v cliVersion) {
	file, source := d.above("package.json")
	var wants struct{ Dependencies, DevDependencies map[string]any }
	if json.Unmarshal(source, &wants) != nil {
		return "", "", v
	}
	for _, deps := range []map[string]any{wants.DevDependencies, wants.Dependencies} {
		asked, _ := deps[name].(string)
		if n := versionNumber.FindStringSubmatch(asked); n != nil {
			v.major, _ = strconv.Atoi(n[1])
			v.minor, _ = strconv.Atoi(n[2])
			return file, asked, v
		}
	}
	return "", "", v
}

// lockedVersion is the version of a Node package in the nearest lock file above
// the folder, as far as it is read.
func lockedVersion(d *Dir, name string) (file, text string, v cliVersion) {
	quoted := regexp.QuoteMeta(name)
	for _, lock := range []struct{ file, pattern string }{
		{"pnpm-lock.yaml", `(?m)^\s+['"]?/?` + quoted + `[@/](\d+)\.(\d+)\.\d+`},
		{"package-lock.json", `"node_modules/` + quoted + `":\s*\{\s*"version":\s*"(\d+)\.(\d+)\.\d+`},
		{"yarn.lock", `(?m)^"?` + quoted + `@[^\n]*:\n\s+version:? "?(\d+)\.(\d+)\.\d+`},
	} {
		found, source := d.aboveUpTo(lock.file, lockSize)
		if m := regexp.MustCompile(lock.pattern).FindSubmatch(source); m != nil {
			v.major, _ = strconv.Atoi(string(m[1]))
			v.minor, _ = strconv.Atoi(string(m[2]))
			return found, v.String(), v
		}
	}
	return "", "", v
}

// lockSize is how much of a lock file is read.
const lockSize = 8 << 20

// aboveUpTo is above for files that are larger than a hint.
func (d *Dir) aboveUpTo(name string, size int64) (string, []byte) {
	file, _ := d.above(name)
	if file == "" {
		return "", nil
	}
	return file, (&Dir{FS: d.FS, Path: "."}).head(file, size)
}

func (v cliVersion) String() string { return fmt.Sprintf("%d.%d", v.major, v.minor) }

// toolVersion is the version of a Node package, from a lock file or package.json,
// and where it stands: "pnpm-lock.yaml has version 7.8". where is "" if neither
// tells.
func toolVersion(d *Dir, name string) (v cliVersion, where string) {
	if file, text, v := lockedVersion(d, name); text != "" {
		return v, fmt.Sprintf("%s has version %s of %s", file, text, name)
	}
	if file, text, v := packageVersion(d, name); text != "" {
		return v, fmt.Sprintf("%s asks for version %s of %s", file, text, name)
	}
	return v, ""
}
