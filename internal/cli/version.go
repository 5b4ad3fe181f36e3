package cli

import (
	"runtime/debug"
	"strings"
)

// version is set by release builds with
// -ldflags "-X github.com/miglint/miglint/internal/cli.version=1.2.3".
var version string

// Version is the version of this binary: that of the release, of the module that
// `go install` fetched, or the commit it was built from.
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return strings.TrimPrefix(v, "v")
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
