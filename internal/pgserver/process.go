//go:build unix

package pgserver

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed supervise.sh
var supervisor string

// stopTimeout is how long a server may take to stop. PostgreSQL itself kills what
// does not answer an immediate shutdown within 5 seconds.
const stopTimeout = 30 * time.Second

// process is a server and the shell that looks after it.
type process struct {
	dir         string
	cmd         *exec.Cmd
	stdin       io.Closer // the shell stops the server and removes dir once it is closed
	log         *tail
	user        string        // whom it runs as, if not as we do
	initialised chan struct{} // closed when the data directory is there
	ended       chan struct{} // closed when initdb has failed or postgres has ended
	why         error         // how it ended; set before ended is closed
	gone        chan struct{} // closed when the shell has ended too
}

// supervise starts the shell, which starts the server in dir. As root, both run as
// a user who may do nothing: PostgreSQL refuses to run as root.
func supervise(dir, bin string, admin *url.URL, args []string) (*process, error) {
	attr := &syscall.SysProcAttr{Setsid: true} // Ctrl-C must not reach it before us
	name := ""
	if os.Geteuid() == 0 {
		var err error
		if name, attr.Credential, err = unprivileged(); err != nil {
			return nil, err
		}
	}
	p := &process{
		user:        name,
		dir:         dir,
		log:         &tail{},
		initialised: make(chan struct{}),
		ended:       make(chan struct{}),
		gone:        make(chan struct{}),
	}
	p.cmd = exec.Command("/bin/sh", append([]string{"-c", supervisor, "sh", dir, bin}, args...)...)
	p.cmd.SysProcAttr = attr
	p.cmd.Dir = "/" // ours may be closed to the other user
	p.cmd.Env = environment(os.Environ())
	var stdout, stderr io.Reader
	stdin, err := p.cmd.StdinPipe()
	if err == nil {
		stdout, err = p.cmd.StdoutPipe()
	}
	if err == nil {
		stderr, err = p.cmd.StderrPipe()
	}
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("starting a shell for the server: %w", err)
	}
	p.stdin = stdin
	logged := make(chan struct{})
	go func() {
		_, _ = io.Copy(p.log, stderr)
		close(logged)
	}()
	go p.watch(stdout, logged)
	password, _ := admin.User.Password()
	// If the shell is gone already, its log says why.
	_, _ = io.WriteString(stdin, password+"\n")
	return p, nil
}

// watch follows what the shell reports until it has ended. logged is closed when
// no process of the server can log any more.
func (p *process) watch(stdout io.Reader, logged <-chan struct{}) {
	failed := p.noFolder
	end := func(status string) {
		select {
		case <-logged:
		case <-time.After(patience): // the server was killed, and its processes linger
		}
		p.why = failed(status)
		close(p.ended)
	}
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		switch word, status, _ := strings.Cut(lines.Text(), " "); word {
		case "made":
			failed = p.noData
		case "initialised":
			failed = p.noServer
			close(p.initialised)
		case "ended":
			end("exit status " + status)
		}
	}
	if p.why == nil {
		end("the shell that looks after it")
	}
	_ = p.cmd.Wait() // its status says nothing about the server
	close(p.gone)
}

func (p *process) noFolder(string) error {
	return fmt.Errorf("it has no folder: set TMPDIR to a folder that %s can write: %s", p.who(), p.log)
}

func (p *process) noData(status string) error {
	return fmt.Errorf("initdb, run by %s, has ended with %s, saying:\n%s", p.who(), status, p.log)
}

func (p *process) noServer(status string) error {
	return fmt.Errorf("the server has ended with %s; the end of its log:\n%s", status, p.log)
}

func (p *process) who() string {
	if p.user == "" {
		return "you"
	}
	return "user " + p.user
}

// patience is how long to wait for news of a server after a connection broke.
const patience = time.Second

// death returns an error with the last words of a server that has ended or is about
// to, nil while it runs.
func (p *process) death() error {
	select {
	case <-p.ended:
		return p.why
	case <-time.After(patience):
		return nil
	}
}

// stop ends the server and the shell, and makes sure that the folder is gone.
func (p *process) stop() error {
	_ = p.stdin.Close() // only to end the shell's waiting
	select {
	case <-p.gone:
	case <-time.After(stopTimeout):
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.gone
	}
	if err := os.RemoveAll(p.dir); err != nil {
		return fmt.Errorf("removing the folder of the server: %w", err)
	}
	return nil
}

// unprivileged returns whom the server runs as when we are root. nobody comes
// first: postgres may own databases that matter.
func unprivileged() (name string, c *syscall.Credential, err error) {
	var u *user.User
	for _, name := range []string{"nobody", "postgres"} {
		if found, err := user.Lookup(name); err == nil {
			u = found
			break
		}
	}
	if u == nil {
		return "", nil, errors.New("PostgreSQL does not run as root, and there is neither a user nobody nor a user postgres " +
			"to run it as: run miglint as another user")
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return "", nil, fmt.Errorf("reading the id of user %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return "", nil, fmt.Errorf("reading the group of user %s: %w", u.Username, err)
	}
	return u.Username, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// environment is env without what would make a server another one: libpq's and
// the server's variables, and the language of its messages.
func environment(env []string) []string {
	var kept []string
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(name, "PG") && !strings.HasPrefix(name, "LC_") && !strings.HasPrefix(name, "LANG") && name != "TZ" {
			kept = append(kept, v)
		}
	}
	return append(kept, "LC_ALL=C")
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const maxTail = 4096

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if extra := len(t.text) - maxTail; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
