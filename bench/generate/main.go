// Command generate writes made-up migrations into a folder.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/miglint/miglint/bench"
)

func main() {
	n := flag.Int("n", 1000, "how many `files` to write")
	layout := flag.String("layout", string(bench.Plain), fmt.Sprintf("`one` of %v", bench.Layouts))
	seed := flag.Uint64("seed", 1, "the same `number` gives the same files")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: generate [flags] folder")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	size, err := bench.Write(flag.Arg(0), bench.Layout(*layout), *n, *seed)
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
	fmt.Printf("wrote %d files, %d bytes, into %s\n", *n, size, flag.Arg(0))
}
