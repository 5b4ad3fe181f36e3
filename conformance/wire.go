// Package conformance runs migration frameworks for real and records what a
// PostgreSQL server received from them: the order, the round trips, and the
// transactions. The records are in testdata; ordinary tests of package migration
// hold miglint's reading of the same folders against them.
//
// It is a module of its own so that no framework becomes a dependency of miglint.
package conformance

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// trip is one round trip: what a client sent before it waited for the server to
// be ready again.
type trip struct {
	conn       int
	kind       string   // "query": one simple query; "execute": the extended protocol
	statements []string // as they were sent; a simple query is one text
	status     byte     // the server's word afterwards: I idle, T in a transaction, E in a failed one
	failure    string
}

// wire is a server that hands everything through to another one and takes notes.
type wire struct {
	listener net.Listener
	network  string
	address  string

	mu     sync.Mutex
	conns  int
	trips  []trip
	broken error
}

// listen starts a wire to the server at an address.
func listen(t *testing.T, network, address string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, network: network, address: address}
	t.Cleanup(func() { l.Close() })
	go w.accept()
	return w
}

func (w *wire) accept() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return // closed with the test
		}
		w.mu.Lock()
		w.conns++
		l := &line{wire: w, id: w.conns, prepared: map[string]string{}, portals: map[string]string{}}
		w.mu.Unlock()
		go l.serve(client)
	}
}

// take returns the round trips since the last call.
func (w *wire) take() ([]trip, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	trips := w.trips
	w.trips = nil
	return trips, w.broken
}

// line is one connection.
type line struct {
	wire     *wire
	id       int
	prepared map[string]string // statement name: text
	portals  map[string]string

	mu      sync.Mutex
	open    trip   // what is being sent
	pending []trip // sent, and the server not ready yet
}

func (l *line) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial(l.wire.network, l.wire.address)
	if err != nil {
		l.fail(err)
		return
	}
	defer server.Close()
	if err := startup(client, server); err != nil {
		l.fail(err)
		return
	}
	go func() {
		l.fail(messages(client, server, l.sent))
		server.Close()
	}()
	l.fail(messages(server, client, l.received))
}

func (l *line) fail(err error) {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrUnexpectedEOF) || isReset(err) {
		return // one of the two has hung up
	}
	l.wire.mu.Lock()
	defer l.wire.mu.Unlock()
	l.wire.broken = errors.Join(l.wire.broken, err)
}

func isReset(err error) bool {
	var op *net.OpError
	return errors.As(err, &op)
}

// The codes in place of a protocol version with which a client asks for
// encryption (protocol.h: NEGOTIATE_SSL_CODE, NEGOTIATE_GSS_CODE).
const (
	askSSL = 80877103
	askGSS = 80877104
)

// startup hands through a client's first packet. Encryption is declined.
func startup(client io.ReadWriter, server io.Writer) error {
	for {
		head := make([]byte, 8)
		if _, err := io.ReadFull(client, head); err != nil {
			return err
		}
		length := binary.BigEndian.Uint32(head)
		if length < 8 || length > 1<<16 {
			return fmt.Errorf("a first packet of %d bytes", length)
		}
		rest := make([]byte, length-8)
		if _, err := io.ReadFull(client, rest); err != nil {
			return err
		}
		if code := binary.BigEndian.Uint32(head[4:]); code == askSSL || code == askGSS {
			if _, err := client.Write([]byte("N")); err != nil {
				return err
			}
			continue
		}
		_, err := server.Write(append(head, rest...))
		return err
	}
}

// messages hands every message through after note has seen it.
func messages(from io.Reader, to io.Writer, note func(kind byte, body []byte)) error {
	for {
		head := make([]byte, 5)
		if _, err := io.ReadFull(from, head); err != nil {
			return err
		}
		length := binary.BigEndian.Uint32(head[1:])
		if length < 4 || length > 1<<28 {
			return fmt.Errorf("a message %q of %d bytes", head[0], length)
		}
		body := make([]byte, length-4)
		if _, err := io.ReadFull(from, body); err != nil {
			return err
		}
		note(head[0], body)
		if _, err := to.Write(append(head, body...)); err != nil {
			return err
		}
	}
}

// sent notes a message of the client (PostgreSQL: Message Formats).
func (l *line) sent(kind byte, body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch kind {
	case 'Q': // Query
		text, _ := word(body)
		l.open.kind = "query"
		l.open.statements = append(l.open.statements, text)
		l.close()
	case 'P': // Parse
		name, rest := word(body)
		text, _ := word(rest)
		l.prepared[name] = text
	case 'B': // Bind
		portal, rest := word(body)
		name, _ := word(rest)
		l.portals[portal] = l.prepared[name]
	case 'E': // Execute
		portal, _ := word(body)
		l.open.kind = "execute"
		l.open.statements = append(l.open.statements, l.portals[portal])
	case 'S', 'F': // Sync, FunctionCall
		l.close()
	}
}

// close ends a round trip: the server will say when it is ready again.
func (l *line) close() {
	l.open.conn = l.id
	l.pending = append(l.pending, l.open)
	l.open = trip{}
}

// received notes a message of the server.
func (l *line) received(kind byte, body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) == 0 {
		return // it is letting the client in
	}
	switch kind {
	case 'E': // ErrorResponse
		for field := range bytes.SplitSeq(body, []byte{0}) {
			if len(field) > 0 && field[0] == 'M' {
				l.pending[0].failure = string(field[1:])
			}
		}
	case 'Z': // ReadyForQuery
		done := l.pending[0]
		l.pending = l.pending[1:]
		done.status = body[0]
		if len(done.statements) > 0 {
			l.wire.mu.Lock()
			l.wire.trips = append(l.wire.trips, done)
			l.wire.mu.Unlock()
		}
	}
}

// word is the string at the start of a message's body.
func word(body []byte) (text string, rest []byte) {
	before, after, _ := strings.Cut(string(body), "\x00")
	return before, []byte(after)
}
