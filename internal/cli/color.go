package cli

import (
	"io"
	"os"

	"github.com/mattn/go-isatty"
)

// colored decides whether text output has colours. mode is the value of --color;
// in auto, NO_COLOR (https://no-color.org), FORCE_COLOR and CLICOLOR_FORCE are
// honoured in this order before the terminal is asked.
func colored(mode string, out io.Writer, env func(string) string) bool {
	switch mode {
	case "always":
		return true
	case "never":
		return false
	}
	forced := func(name string) bool { v := env(name); return v != "" && v != "0" }
	switch {
	case env("NO_COLOR") != "":
		return false
	case forced("FORCE_COLOR") || forced("CLICOLOR_FORCE"):
		return true
	case env("TERM") == "dumb":
		return false
	}
	return isTerminal(out)
}

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}
