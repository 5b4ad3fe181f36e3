package analyzer

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// Setting is a run-time parameter that the migration itself set.
type Setting struct {
	Value string
	At    source.Span // the SET
}

// Settings are the parameters set and in force at a statement, by lower-case
// name. A parameter that is absent has the value of the role, database or
// server, which miglint does not know. Settings are never changed once a
// statement has them.
type Settings map[string]Setting

// maxSettings is more than pg_dump sets. Each SET copies them all, so a script
// that sets hundreds is not followed any further.
const maxSettings = 24

func (s Settings) with(name string, v Setting) Settings {
	if _, known := s[name]; !known && len(s) == maxSettings {
		return s
	}
	out := make(Settings, len(s)+1)
	maps.Copy(out, s)
	out[name] = v
	return out
}

func (s Settings) without(name string) Settings {
	out := maps.Clone(s)
	delete(out, name)
	return out
}

// Duration returns a time parameter such as lock_timeout. A value without a unit
// is in milliseconds, as it is for PostgreSQL's *_timeout parameters; ok is
// false if the parameter is not set or not a duration. Zero means disabled.
func (s Settings) Duration(name string) (d time.Duration, ok bool) {
	v, ok := s[name]
	if !ok {
		return 0, false
	}
	return ParseDuration(v.Value)
}

// ParseDuration reads a duration as PostgreSQL's timeout parameters do: a
// number, optional blanks, and us, ms (the default), s, min, h or d
// (parse_int in guc.c).
func ParseDuration(v string) (time.Duration, bool) {
	v = strings.TrimSpace(v)
	i := 0
	for i < len(v) && (v[i] >= '0' && v[i] <= '9' || v[i] == '.' || i == 0 && (v[i] == '-' || v[i] == '+')) {
		i++
	}
	n, err := strconv.ParseFloat(v[:i], 64)
	if err != nil {
		return 0, false
	}
	unit, ok := durationUnits[strings.TrimSpace(v[i:])]
	return time.Duration(n * float64(unit)), ok
}

var durationUnits = map[string]time.Duration{
	"": time.Millisecond, "us": time.Microsecond, "ms": time.Millisecond, "s": time.Second,
	"min": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
}

// apply returns the settings after a SET or RESET. SET LOCAL outside a
// transaction changes nothing (the server warns).
func (s Settings) apply(op *sqlast.Set, inTx bool) Settings {
	switch {
	case op.Local && !inTx:
		return s
	case op.Reset && op.Name == "all":
		return nil
	case op.Reset:
		return s.without(op.Name)
	}
	return s.with(op.Name, Setting{Value: strings.Join(op.Values, ", "), At: op.Pos()})
}

// utc reports whether the session's TimeZone is known to be UTC.
func (s Settings) utc() bool {
	switch strings.ToLower(s["timezone"].Value) {
	case "utc", "etc/utc", "gmt", "etc/gmt", "z", "zulu", "uct", "0":
		return true
	}
	return false
}
