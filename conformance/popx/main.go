// Command popx runs Ory's migrator on a folder: popx up|down <database URL> <folder>.
// It is a module of its own because of all that the migrator needs.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/ory/pop/v6"
	"github.com/ory/x/logrusx"
	"github.com/ory/x/popx"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command, url, dir string) error {
	c, err := pop.NewConnection(&pop.ConnectionDetails{URL: url})
	if err != nil {
		return err
	}
	if err := c.Open(); err != nil {
		return err
	}
	defer c.Close()
	box, err := popx.NewMigrationBox(os.DirFS(dir), popx.NewMigrator(c, logrusx.New("popx", ""), nil, 0))
	if err != nil {
		return err
	}
	if command == "down" {
		return box.Down(ctx, -1)
	}
	return box.Up(ctx)
}
