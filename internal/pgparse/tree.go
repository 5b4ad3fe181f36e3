package pgparse

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// libpg_query writes the tree of a text as protobuf or as JSON. As JSON it takes a
// third of the time, for protobuf-c goes through the 270 kinds of node at every
// node, twice. But it writes no integer below zero.

// maxJSON is how long a text may be whose tree is taken as JSON, which has some 50
// times its bytes.
const maxJSON = 256 << 10

// parse returns the tree of a text, given with its tokens. It is good until d
// is used or reset.
func (d *decoder) parse(text string, toks []Token, base int) ([]*pg.RawStmt, error) {
	if len(text) <= maxJSON && !mayNegate(text, toks, base) {
		tree, err := pg.ParseToJSON(text)
		if err != nil {
			return nil, err
		}
		if stmts, ok := d.decode(tree); ok {
			return stmts, nil
		}
	}
	tree, err := pg.Parse(text)
	if err != nil {
		return nil, err
	}
	return tree.Stmts, nil
}

// mayNegate reports whether there is a number among the tokens of text, whose
// offsets count from base, that a minus sign before it may turn negative (doNegate
// in gram.y). What looks like a subtraction may be one all the same: key words
// are not told from names.
func mayNegate(text string, toks []Token, base int) bool {
	is := func(t Token, chars string) bool {
		return t.End == t.Start+1 && strings.IndexByte(chars, text[t.Start-base]) >= 0
	}
	for i, t := range toks {
		if t.Kind != Operator || !is(t, "-") || i > 0 && (toks[i-1].Kind == Number || is(toks[i-1], ")]")) {
			continue
		}
		for i++; i < len(toks) && is(toks[i], "(+-"); i++ {
		}
		if i < len(toks) && toks[i].Kind == Number {
			return true
		}
	}
	return false
}

// decoder reads JSON as libpg_query writes it: without blanks.
type decoder struct {
	text  string
	pos   int
	items []pointer // of the lists being read
	known map[string]string
	arena
}

// decode reads a tree that libpg_query wrote. It reports false where it meets
// something it does not know.
func (d *decoder) decode(tree string) ([]*pg.RawStmt, bool) {
	d.reset()
	var result pg.ParseResult
	d.text, d.pos, d.items = tree, 0, d.items[:0]
	ok := d.object(messageOf(&result), pointer(&result)) && d.pos == len(tree)
	d.text = ""
	return result.Stmts, ok
}

func (d *decoder) eat(c byte) bool {
	if d.pos < len(d.text) && d.text[d.pos] == c {
		d.pos++
		return true
	}
	return false
}

func (d *decoder) eatWord(w string) bool {
	if strings.HasPrefix(d.text[d.pos:], w) {
		d.pos += len(w)
		return true
	}
	return false
}

// object reads the fields of a message into p.
func (d *decoder) object(m *message, p pointer) bool {
	if !d.eat('{') {
		return false
	}
	if d.eat('}') {
		return true
	}
	fields := m.byName()
	for {
		name, ok := d.name()
		f, known := fields[name]
		if !ok || !known || !d.eat(':') || !d.value(f, p) {
			return false
		}
		if !d.eat(',') {
			return d.eat('}')
		}
	}
}

// name reads a string without escapes, and does not copy it.
func (d *decoder) name() (string, bool) {
	if !d.eat('"') {
		return "", false
	}
	n := strings.IndexByte(d.text[d.pos:], '"')
	if n < 0 {
		return "", false
	}
	name := d.text[d.pos : d.pos+n]
	d.pos += n + 1
	return name, true
}

// value reads field f of the message at p.
func (d *decoder) value(f *field, p pointer) bool {
	if d.eatWord("null") {
		return true
	}
	switch f.kind {
	case stringField:
		s, ok := d.str()
		f.setString(p, s)
		return ok
	case boolField:
		yes := d.eatWord("true")
		f.setBool(p, yes)
		return yes || d.eatWord("false")
	case int32Field, uint32Field, int64Field, uint64Field:
		n, ok := d.integer()
		f.setInteger(p, n)
		return ok
	case enumField:
		name, ok := d.name()
		n, known := f.enum[name]
		f.setInteger(p, int64(n))
		return ok && known
	case messageField:
		q := d.alloc(&f.message.layout)
		f.setPointer(p, q)
		return d.object(f.message, q)
	case oneofField:
		o := f.oneof()
		w := d.alloc(&o.layout)
		q := o.set(w)
		f.setInterface(p, o, w)
		return d.object(o.message, q)
	case listField:
		return d.list(f, p)
	}
	return false
}

func (d *decoder) list(f *field, p pointer) bool {
	if !d.eat('[') {
		return false
	}
	first := len(d.items)
	for !d.eat(']') {
		if len(d.items) > first && !d.eat(',') {
			return false
		}
		q := d.alloc(&f.message.layout)
		d.items = append(d.items, q)
		if !d.object(f.message, q) {
			return false
		}
	}
	f.setList(p, d.copyList(d.items[first:]))
	d.items = d.items[:first]
	return true
}

func (d *decoder) integer() (n int64, ok bool) {
	negative := d.eat('-')
	start := d.pos
	for d.pos < len(d.text) && d.pos < start+19 && '0' <= d.text[d.pos] && d.text[d.pos] <= '9' {
		n = n*10 + int64(d.text[d.pos]-'0')
		d.pos++
	}
	if negative {
		n = -n
	}
	return n, d.pos > start
}

// str reads a string. The copy does not hold on to the tree's text.
func (d *decoder) str() (string, bool) {
	if !d.eat('"') {
		return "", false
	}
	rest := d.text[d.pos:]
	end := strings.IndexByte(rest, '"')
	if end < 0 {
		return "", false
	}
	if strings.IndexByte(rest[:end], '\\') < 0 {
		d.pos += end + 1
		return d.copy(rest[:end]), true
	}
	return d.escaped()
}

// Names come again and again, in one text and in the next: most copies of short
// strings are one already made.
const (
	maxName  = 32
	maxNames = 1 << 12
)

func (d *decoder) copy(s string) string {
	if len(s) > maxName {
		return strings.Clone(s)
	}
	c, ok := d.known[s]
	if !ok {
		if d.known == nil || len(d.known) == maxNames {
			d.known = map[string]string{}
		}
		c = strings.Clone(s)
		d.known[c] = c
	}
	return c
}

// escaped reads the rest of a string that has escapes (_outToken in
// pg_query_json_helper.c).
func (d *decoder) escaped() (string, bool) {
	var b strings.Builder
	for {
		n := strings.IndexAny(d.text[d.pos:], `"\`)
		if n < 0 || d.pos+n+1 >= len(d.text) {
			return "", false
		}
		b.WriteString(d.text[d.pos : d.pos+n])
		d.pos += n + 2
		if d.text[d.pos-2] == '"' {
			d.pos--
			return b.String(), true
		}
		c := d.text[d.pos-1]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			code, ok := hex4(d.text[d.pos:])
			if !ok {
				return "", false
			}
			c = code
			d.pos += 4
		case '"', '\\':
		default:
			return "", false
		}
		b.WriteByte(c)
	}
}

// hex4 reads four hexadecimal digits that stand for an ASCII character.
func hex4(s string) (c byte, ok bool) {
	if len(s) < 4 || s[:2] != "00" {
		return 0, false
	}
	for _, b := range []byte(s[2:4]) {
		n := strings.IndexByte("0123456789abcdef", b)
		if n < 0 {
			return 0, false
		}
		c = c<<4 | byte(n)
	}
	return c, c < 0x80
}
