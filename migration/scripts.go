package migration

import (
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// Scripts parses the migration. It does so anew each time: nothing of a stream
// holds on to statements.
func (m *Migration) Scripts() Scripts { return m.parse() }

// Migrations are parsed in lots of a few at a time. As many lots as lotsAhead
// times the number of processors are under way or waiting for their turn, which
// bounds memory.
const (
	lotFiles  = 8
	lotBytes  = 64 << 10
	lotsAhead = 2
)

// Scripts yields the scripts of each migration, by its index, in order. They are
// parsed ahead on all processors.
func (s *Stream) Scripts() iter.Seq2[int, Scripts] {
	return func(yield func(int, Scripts) bool) {
		lots := s.lots()
		workers := min(len(lots), runtime.GOMAXPROCS(0))
		ahead := min(len(lots), lotsAhead*workers)
		parsed := make([]chan lot, ahead)   // lot i comes through channel i modulo ahead
		turns := make(chan struct{}, ahead) // one for each lot that may be parsed
		for i := range parsed {
			parsed[i] = make(chan lot, 1)
			turns <- struct{}{}
		}
		defer close(turns)
		var next atomic.Int64
		defer next.Store(int64(len(lots))) // no more is needed
		for range workers {
			go func() {
				for range turns {
					i := int(next.Add(1)) - 1
					if i >= len(lots) {
						return
					}
					parsed[i%ahead] <- parseAll(lots[i])
				}
			}()
		}
		at := 0
		for i := range lots {
			lot := <-parsed[i%ahead]
			if lot.crash != nil {
				panic(lot.crash)
			}
			for _, scripts := range lot.scripts {
				if !yield(at, scripts) {
					return
				}
				at++
			}
			turns <- struct{}{}
		}
	}
}

// lots cuts the stream into runs of a few migrations.
func (s *Stream) lots() [][]*Migration {
	var lots [][]*Migration
	first, size := 0, 0
	for i, m := range s.Migrations {
		bytes := 0
		for _, f := range m.Files {
			bytes += len(f.Text)
		}
		if i > first && (i-first == lotFiles || size+bytes > lotBytes) {
			lots = append(lots, s.Migrations[first:i])
			first, size = i, 0
		}
		size += bytes
	}
	if first < len(s.Migrations) {
		lots = append(lots, s.Migrations[first:])
	}
	return lots
}

// lot is what came of parsing a few migrations: their scripts, or the panic that
// ended it, to be raised where somebody can catch it.
type lot struct {
	scripts []Scripts
	crash   any
}

func parseAll(ms []*Migration) (l lot) {
	defer func() {
		if v := recover(); v != nil {
			l.crash = fmt.Sprintf("%v\n%s", v, debug.Stack())
		}
	}()
	l.scripts = make([]Scripts, len(ms))
	for i, m := range ms {
		l.scripts[i] = m.parse()
	}
	return l
}
