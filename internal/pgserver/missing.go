package pgserver

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// notFound says in one line what was looked for, where, what was found instead,
// and the command that installs it.
func notFound(o Options, others []string) error {
	what := fmt.Sprintf("PostgreSQL %d to %d", MinMajor, MaxMajor)
	if o.Major != 0 {
		what = fmt.Sprintf("PostgreSQL %d", o.Major)
	}
	found := ""
	if len(others) > 0 {
		found = "; found only " + strings.Join(others, ", ")
	}
	release, _ := os.ReadFile("/etc/os-release") // only Linux has one
	return fmt.Errorf("%w: looked for postgres and initdb of %s in PATH, where pg_config says, and where packages put them (such as %s)%s; "+
		"name a running server in MIGLINT_DATABASE_URL or install one with: %s",
		ErrNotFound, what, example(o.Major), found, install(runtime.GOOS, release, o.Major))
}

// example is one of the folders that machine looks at.
func example(major int) string {
	if major == 0 {
		major = MaxMajor
	}
	return strings.ReplaceAll(distributions[0], "%d", strconv.Itoa(major))
}

// install returns the command that installs a major, or any if it is 0, on the
// system that goos and the text of its os-release name.
func install(goos string, release []byte, major int) string {
	n := ""
	if major != 0 {
		n = strconv.Itoa(major)
	}
	if goos == "darwin" {
		if major == 0 {
			n = strconv.Itoa(MaxMajor)
		}
		return "brew install postgresql@" + n
	}
	for _, id := range distribution(release) {
		switch id {
		case "alpine":
			return "sudo apk add postgresql" + n
		case "arch":
			return "sudo pacman -S postgresql"
		case "fedora", "rhel", "centos":
			if major != 0 {
				return "sudo dnf install postgresql" + n + "-server"
			}
			return "sudo dnf install postgresql-server"
		case "suse", "opensuse":
			return "sudo zypper install postgresql" + n + "-server"
		}
	}
	if major != 0 {
		return "sudo apt-get install postgresql-" + n
	}
	return "sudo apt-get install postgresql"
}

// distribution returns ID and ID_LIKE of an os-release file
// (https://www.freedesktop.org/software/systemd/man/latest/os-release.html).
func distribution(release []byte) []string {
	var ids []string
	for lines := bufio.NewScanner(bytes.NewReader(release)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), "=")
		if name == "ID" || name == "ID_LIKE" {
			ids = append(ids, strings.Fields(strings.Trim(value, `"'`))...)
		}
	}
	return ids
}
