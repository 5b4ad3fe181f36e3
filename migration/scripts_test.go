package migration

import (
	"strings"
	"testing"
)

// TestPanicWhileParsingReachesTheCaller: a defect of the parser must not end the
// process on a goroutine where nobody can report it.
func TestPanicWhileParsingReachesTheCaller(t *testing.T) {
	s := &Stream{Migrations: []*Migration{
		{parse: func() Scripts { return Scripts{} }},
		{parse: func() Scripts { panic("oops") }},
	}}
	defer func() {
		v, _ := recover().(string)
		if !strings.HasPrefix(v, "oops\n") {
			t.Errorf("recovered %q, want the panic and its stack", v)
		}
	}()
	for range s.Scripts() {
	}
	t.Error("the panic was lost")
}
