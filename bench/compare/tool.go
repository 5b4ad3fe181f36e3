//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// maxArgs is how many bytes of file names go on a command line. The limit of
// Linux for all arguments and the environment is 2 MiB.
const maxArgs = 1 << 20

// tool is a program under measurement. args says how it is told about a folder.
type tool struct {
	name, path string
	args       func(folder string) ([]string, error)
}

// usage is what one run cost and did.
type usage struct {
	cpu, wall time.Duration // cpu is user plus system time
	memory    int64         // peak resident set, in bytes
	exit      int
	lines     int // on standard output; only counted when asked for
}

// folder gives a program the folder itself.
func folder(flags string) func(string) ([]string, error) {
	return func(string) ([]string, error) { return append(strings.Fields(flags), "."), nil }
}

// fileNames gives Squawk, which takes no folders, the name of each file; or one
// pattern that it expands itself where the names do not fit on a command line.
func fileNames(folder string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.sql"))
	if err != nil {
		return nil, fmt.Errorf("list the generated files: %w", err)
	}
	args, size := []string{"--reporter", "gcc"}, 0
	for _, p := range paths {
		name := filepath.Base(p)
		if size += len(name) + 1; size > maxArgs {
			return []string{"--reporter", "gcc", "*.sql"}, nil
		}
		args = append(args, name)
	}
	return args, nil
}

// run starts the program in the folder. A program that ends on a signal or
// could not do its job (exit status above 1) is an error: its time would say
// nothing.
func (t tool) run(folder string, countLines bool) (usage, error) {
	args, err := t.args(folder)
	if err != nil {
		return usage{}, err
	}
	cmd := exec.Command(t.path, args...)
	cmd.Dir = folder
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	// Both write to a file, as in CI; a pipe would add the reader's work.
	out, err := os.CreateTemp("", "miglint-bench-out-")
	if err != nil {
		return usage{}, fmt.Errorf("make a file for the output of %s: %w", t.name, err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout = out

	start := time.Now()
	err = cmd.Run()
	u := usage{wall: time.Since(start)}
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return usage{}, fmt.Errorf("run %s: %w", t.name, err)
	}
	state := cmd.ProcessState
	if u.exit = state.ExitCode(); u.exit != 0 && u.exit != 1 {
		return usage{}, fmt.Errorf("run %s: %v\n%s", t.name, state, stderr.String())
	}
	u.cpu = state.UserTime() + state.SystemTime()
	u.memory = peakMemory(state)
	if countLines {
		text, err := os.ReadFile(out.Name())
		if err != nil {
			return usage{}, fmt.Errorf("read the output of %s: %w", t.name, err)
		}
		u.lines = bytes.Count(text, []byte("\n"))
	}
	return u, nil
}

// peakMemory is the peak resident set in bytes. On Linux it is never below that
// of this very program, because a child inherits the mark of its parent.
func peakMemory(state *os.ProcessState) int64 {
	rusage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	size := int64(rusage.Maxrss) //nolint:unconvert // 32 bits wide on some platforms
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		size *= 1024 // everybody else counts kilobytes
	}
	return size
}
