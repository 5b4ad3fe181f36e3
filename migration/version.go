package migration

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// leadingDigits is the digits a name begins with.
func leadingDigits(name string) string {
	for i := 0; i < len(name); i++ {
		if !isDigit(name[i]) {
			return name[:i]
		}
	}
	return name
}

func isNumber(s string) bool { return s != "" && leadingDigits(s) == s }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// compareNumbers compares two strings of digits as numbers of any size.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// compareNatural compares names as people read them: runs of digits as numbers,
// everything else byte by byte. Names that differ only in leading zeros are told
// apart by their bytes.
func compareNatural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		if !isDigit(x[0]) || !isDigit(y[0]) {
			if x[0] != y[0] {
				return int(x[0]) - int(y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		dx, dy := leadingDigits(x), leadingDigits(y)
		if c := compareNumbers(dx, dy); c != 0 {
			return c
		}
		x, y = x[len(dx):], y[len(dy):]
	}
	if c := len(x) - len(y); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// versionTime reads the moment out of a timestamp version: 20060102,
// 2006010215, 200601021504, 20060102150405 (with more digits for fractions), or
// seconds or milliseconds since 1970. Other versions have the zero time.
func versionTime(version string) time.Time {
	n := len(version)
	if leadingDigits(version) != version || n < 8 || n > 19 {
		return time.Time{}
	}
	if t, ok := civilTime(version); ok {
		return t
	}
	v, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return time.Time{}
	}
	var t time.Time
	switch n {
	case 10:
		t = time.Unix(v, 0).UTC()
	case 13:
		t = time.UnixMilli(v).UTC()
	case 19:
		t = time.Unix(0, v).UTC()
	}
	if !plausible(t) {
		return time.Time{}
	}
	return t
}

// civilTime reads a date and as much of the time of day as is there. Versions
// such as 2024013101, the first of that day, have the time of the day only where
// it is one.
func civilTime(version string) (time.Time, bool) {
	day, err := time.Parse("20060102", version[:8])
	if err != nil || !plausible(day) {
		return time.Time{}, false
	}
	const clock = "150405"
	digits := min(len(version)-8, len(clock)) &^ 1
	if t, err := time.Parse("20060102"+clock[:digits], version[:8+digits]); err == nil {
		return t, true
	}
	return day, true
}

// plausible keeps sequence numbers from passing for times.
func plausible(t time.Time) bool { return t.Year() >= 1990 && t.Year() < 2100 }

// gaps reports the versions missing from a sequence of numbers: the framework
// does not mind, but a hole in 1, 2, 3, 5 is often a file that was forgotten.
// Only a sequence that is otherwise consecutive counts, so at most one step in
// ten may be a hole.
func gaps(ms []*Migration) {
	type hole struct {
		after, before *Migration
		from, to      int
	}
	var holes []hole
	var prev *Migration
	last, steps := 0, 0
	for _, m := range ms {
		n, err := strconv.Atoi(m.Version)
		if err != nil || !m.Time.IsZero() {
			break // timestamps follow the numbers, as goose's own hybrid has it
		}
		if prev != nil && n > last {
			steps++
			if n > last+1 {
				holes = append(holes, hole{prev, m, last + 1, n - 1})
			}
		}
		prev, last = m, n
	}
	if len(holes) == 0 || len(holes)*10 > steps {
		return
	}
	for _, h := range holes {
		if !h.before.Judged {
			continue
		}
		what := fmt.Sprintf("version %d is missing", h.from)
		if h.to > h.from {
			what = fmt.Sprintf("versions %d to %d are missing", h.from, h.to)
		}
		h.before.Problems = append(h.before.Problems, Problem{
			Rule:       "version-gap",
			Span:       h.before.span(),
			Message:    what + " between " + h.after.Version + " and " + h.before.Version,
			Related:    h.after.span(),
			RelatedMsg: "the migration before the gap",
		})
	}
}
