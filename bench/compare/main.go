//go:build unix

// Command compare runs miglint and Squawk alternately on the same made-up
// migrations and prints the medians of processor time, wall time and memory,
// and the ratios between the two.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miglint/miglint/bench"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run() error {
	miglint := flag.String("miglint", "", "`path` of the miglint binary (required)")
	miglintFlags := flag.String("miglint-flags", "--format github", "its `flags`, separated by blanks")
	squawk := flag.String("squawk", "", "`path` of Squawk's native binary; empty: miglint alone")
	files := flag.String("files", "1,1000,10000", "`numbers` of files to try, separated by commas")
	layout := flag.String("layout", string(bench.Plain), fmt.Sprintf("`one` of %v", bench.Layouts))
	runs := flag.Int("runs", 7, "`runs` of each program that the medians are taken over")
	dir := flag.String("dir", "", "`folder` to generate into and keep; empty: a temporary one")
	flag.Parse()

	tools := []tool{{name: "miglint", path: *miglint, args: folder(*miglintFlags)}}
	if *squawk != "" {
		tools = append(tools, tool{name: "squawk", path: *squawk, args: fileNames})
	}
	for i := range tools {
		path, err := filepath.Abs(tools[i].path)
		if err != nil || tools[i].path == "" {
			return fmt.Errorf("find %s: no path given; pass -%s", tools[i].name, tools[i].name)
		}
		tools[i].path = path
	}
	var sizes []int
	for field := range strings.SplitSeq(*files, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 {
			return fmt.Errorf("read -files: %q is no positive number", field)
		}
		sizes = append(sizes, n)
	}
	if *runs < 1 {
		return fmt.Errorf("read -runs: %d is no positive number", *runs)
	}
	root := *dir
	if root == "" {
		temp, err := os.MkdirTemp("", "miglint-bench-")
		if err != nil {
			return fmt.Errorf("make a folder for the migrations: %w", err)
		}
		defer os.RemoveAll(temp)
		root = temp
	}
	fmt.Printf("%s/%s, %d processors, layout %s, median of %d runs each, alternating\n\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), *layout, *runs)
	fmt.Println("| files | program | user + sys (s) | wall (s) | peak memory (MB) | exit | lines printed |")
	fmt.Println("|---:|---|---:|---:|---:|---:|---:|")
	for _, n := range sizes {
		folder := filepath.Join(root, fmt.Sprintf("%s-%d", *layout, n))
		if _, err := bench.Write(folder, bench.Layout(*layout), n, 1); err != nil {
			return err
		}
		medians, err := measure(tools, folder, *runs)
		if err != nil {
			return err
		}
		printRows(n, tools, medians)
	}
	return nil
}

func printRows(n int, tools []tool, medians []usage) {
	for i, u := range medians {
		fmt.Printf("| %d | %s | %.3f | %.3f | %.1f | %d | %d |\n",
			n, tools[i].name, u.cpu.Seconds(), u.wall.Seconds(), float64(u.memory)/1e6, u.exit, u.lines)
	}
	if len(medians) == 2 {
		m, s := medians[0], medians[1]
		fmt.Printf("| %d | **miglint ÷ squawk** | **%.2f** | **%.2f** | **%.2f** | | |\n",
			n, m.cpu.Seconds()/s.cpu.Seconds(), m.wall.Seconds()/s.wall.Seconds(), float64(m.memory)/float64(s.memory))
	}
}

// measure runs every tool once to count what it prints and to warm the file
// cache, then takes turns, so that a change in the machine's load strikes all.
func measure(tools []tool, folder string, runs int) ([]usage, error) {
	samples := make([][]usage, len(tools))
	first := make([]usage, len(tools))
	for turn := range runs + 1 {
		for i, t := range tools {
			u, err := t.run(folder, turn == 0)
			switch {
			case err != nil:
				return nil, err
			case turn == 0:
				first[i] = u
			case u.exit != first[i].exit:
				return nil, fmt.Errorf("run %s: exit status %d, but %d the first time", t.name, u.exit, first[i].exit)
			default:
				samples[i] = append(samples[i], u)
			}
		}
	}
	medians := make([]usage, len(tools))
	for i, s := range samples {
		medians[i] = usage{
			cpu:    median(s, func(u usage) time.Duration { return u.cpu }),
			wall:   median(s, func(u usage) time.Duration { return u.wall }),
			memory: median(s, func(u usage) int64 { return u.memory }),
			exit:   first[i].exit,
			lines:  first[i].lines,
		}
	}
	return medians, nil
}

func median[T ~int64](samples []usage, of func(usage) T) T {
	values := make([]T, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
