//go:build unix

package pgserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/miglint/miglint/internal/pgserver"
)

// private returns the options of a server that these tests may do anything to.
func private() pgserver.Options {
	o := pgserver.FromEnvironment()
	o.DatabaseURL = ""
	if majors := strings.FieldsFunc(os.Getenv("MIGLINT_POSTGRES_MAJORS"), func(r rune) bool { return r == ' ' || r == ',' }); len(majors) > 0 {
		o.Major, _ = strconv.Atoi(majors[0])
		o.BinDir, o.Download = "", true
	}
	return o
}

// start starts a server that is closed with the test.
func start(t *testing.T) *pgserver.Server {
	t.Helper()
	if testing.Short() {
		t.Skip("a PostgreSQL server is too slow for -short")
	}
	s, err := pgserver.Start(t.Context(), private())
	if err != nil {
		none(t, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// none ends a test that has no server.
func none(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, pgserver.ErrNotFound) && os.Getenv("MIGLINT_REQUIRE_POSTGRES") != "1" {
		t.Skip(err)
	}
	t.Fatal(err)
}

// sharedTemp makes TMPDIR a new folder in which, as in /tmp, everybody may write.
// It is short, since the path of a socket must be.
func sharedTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	return dir
}

// folderOf is the folder of a private server, from a URL of it.
func folderOf(t *testing.T, databaseURL string) string {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	dir := u.Query().Get("host")
	if !filepath.IsAbs(dir) {
		t.Fatalf("%s names no folder of a socket", databaseURL)
	}
	return dir
}

// processes returns the processes of a running server.
func processes(t *testing.T, databaseURL string) []int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), "SELECT pid FROM pg_stat_activity")
	if err != nil {
		t.Fatal(err)
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		t.Fatal(err)
	}
	return append(pids, postmaster(t, folderOf(t, databaseURL)))
}

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// remains says what there still is of a server: its folder, its processes, and
// those that have the folder in their arguments.
func remains(dir string, pids []int) []string {
	var left []string
	if _, err := os.Lstat(dir); err == nil {
		left = append(left, dir)
	}
	out, err := exec.Command("ps", "-A", "-o", "pid=,stat=,args=").Output()
	if err != nil {
		return append(left, err.Error())
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pid, _ := strconv.Atoi(fields[0])
		zombie := strings.HasPrefix(fields[1], "Z")
		if !zombie && (slices.Contains(pids, pid) || strings.Contains(line, dir)) {
			left = append(left, strings.TrimSpace(line))
		}
	}
	return left
}

func wantGone(t *testing.T, dir string, pids []int) {
	t.Helper()
	var left []string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if left = remains(dir, pids); len(left) == 0 {
			return
		}
	}
	t.Errorf("left behind:\n%s", strings.Join(left, "\n"))
}

func TestCloseLeavesNothing(t *testing.T) {
	s := start(t)
	db, err := s.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), db.URL) // one that nobody closes
	if err != nil {
		t.Fatal(err)
	}
	dir, pids := folderOf(t, db.URL), processes(t, db.AdminURL)
	if len(remains(dir, pids)) < 3 {
		t.Fatalf("this test does not see the server: %v", remains(dir, pids))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left := remains(dir, pids); len(left) > 0 {
		t.Errorf("left behind:\n%s", strings.Join(left, "\n"))
	}
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("the server still answers")
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing a second time: %v", err)
	}
	if _, err := s.CreateDatabase(t.Context()); err == nil || !strings.Contains(err.Error(), "the server is closed") {
		t.Errorf("got %v, want: the server is closed", err)
	}
}

// TestMain lets TestGone run this binary as a process that starts a server and is
// killed.
func TestMain(m *testing.M) {
	if how := os.Getenv("MIGLINT_TEST_CHILD"); how != "" {
		serve(how)
	}
	os.Exit(m.Run())
}

func serve(how string) {
	s, err := pgserver.Start(context.Background(), private())
	var db *pgserver.Database
	if err == nil {
		db, err = s.CreateDatabase(context.Background())
	}
	switch text := strings.ReplaceAll(fmt.Sprint(err), "\n", " "); {
	case errors.Is(err, pgserver.ErrNotFound):
		fmt.Println("none", text)
	case err != nil:
		fmt.Println("error", text)
	default:
		fmt.Println("serves", db.AdminURL)
	}
	if how == "exit" || err != nil {
		os.Exit(0)
	}
	time.Sleep(time.Hour)
}

// child runs serve in a process of its own.
func child(t *testing.T, how string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	if testing.Short() {
		t.Skip("a PostgreSQL server is too slow for -short")
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "MIGLINT_TEST_CHILD="+how)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd, bufio.NewScanner(stdout)
}

// served waits for the URL that a child prints.
func served(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	for lines.Scan() {
		switch word, rest, _ := strings.Cut(lines.Text(), " "); word {
		case "serves":
			return rest
		case "none":
			none(t, fmt.Errorf("%w (%s)", pgserver.ErrNotFound, rest))
		case "error":
			t.Fatal(rest)
		}
	}
	t.Fatal("the child has started no server")
	return ""
}

// A server goes with the process that started it, however that goes.
func TestGone(t *testing.T) {
	t.Run("killed", func(t *testing.T) {
		sharedTemp(t)
		cmd, lines := child(t, "wait")
		at := served(t, lines)
		pids := processes(t, at)
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		wantGone(t, folderOf(t, at), pids)
	})
	t.Run("killed while a statement runs", func(t *testing.T) {
		sharedTemp(t)
		cmd, lines := child(t, "wait")
		at := served(t, lines)
		conn, err := pgx.Connect(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			_, err := conn.Exec(context.Background(), "SELECT pg_sleep(600)")
			done <- err
		}()
		pids := processes(t, at)
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if <-done == nil {
			t.Error("the statement has come to its end")
		}
		wantGone(t, folderOf(t, at), pids)
	})
	t.Run("ended without Close", func(t *testing.T) {
		sharedTemp(t)
		_, lines := child(t, "exit")
		wantGone(t, folderOf(t, served(t, lines)), nil)
	})
	// The folder appears, initdb fills it, and postgres starts: none of them is a
	// moment in which a killed process leaves something behind.
	for _, appears := range []string{"", "data", "data/global/pg_control", "data/postmaster.pid"} {
		t.Run("killed when there is a folder "+appears, func(t *testing.T) {
			temp := sharedTemp(t)
			cmd, lines := child(t, "wait")
			dir := ""
			for deadline := time.Now().Add(time.Minute); dir == ""; {
				if found, _ := filepath.Glob(filepath.Join(temp, "miglint-*", appears)); len(found) > 0 {
					dir = filepath.Join(temp, strings.SplitN(strings.TrimPrefix(found[0], temp+"/"), "/", 2)[0])
				} else if time.Now().After(deadline) {
					t.Fatal(served(t, lines)) // it says why
				}
				time.Sleep(time.Millisecond)
			}
			if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			wantGone(t, dir, nil)
		})
	}
}

// A server that dies on its own is reported with its last words, and leaves
// nothing behind either.
func TestServerDies(t *testing.T) {
	s := start(t)
	db, err := s.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir, pids := folderOf(t, db.URL), processes(t, db.AdminURL)
	conn, err := pgx.Connect(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	const want = "the server has ended with exit status 137; the end of its log:"
	_, err = conn.Exec(t.Context(), "SELECT pg_sleep(600)")
	if got := s.Explain(err); got == nil || !errors.Is(got, err) || !strings.Contains(got.Error(), want) {
		t.Errorf("a statement's error: got %v, want it with: %s", got, want)
	}
	if _, err := s.CreateDatabase(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("CreateDatabase: got %v, want an error with: %s", err, want)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wantGone(t, dir, pids)
}

// A server that does not react is killed.
func TestServerHangs(t *testing.T) {
	s := start(t)
	db, err := s.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir, pids := folderOf(t, db.URL), processes(t, db.AdminURL)
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wantGone(t, dir, pids)
}
