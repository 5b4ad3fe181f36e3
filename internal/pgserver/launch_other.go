//go:build !unix

package pgserver

import (
	"context"
	"fmt"
	"runtime"
)

// process would be a server that we started.
type process struct{}

func (*process) stop() error  { return nil }
func (*process) death() error { return nil }

func download(_ context.Context, _ Options, missing error) (binaries, error) {
	return binaries{}, missing
}

// launch needs a Unix shell and Unix users to keep its promises.
func launch(context.Context, binaries) (*Server, error) {
	return nil, fmt.Errorf("%w: miglint starts no server on %s: name a running one in MIGLINT_DATABASE_URL", ErrNotFound, runtime.GOOS)
}
