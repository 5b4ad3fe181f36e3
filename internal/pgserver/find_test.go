//go:build unix

package pgserver

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// onMachine makes a machine whose PATH is one folder.
func onMachine(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, script := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	return dir
}

func TestMachine(t *testing.T) {
	elsewhere := t.TempDir()
	path := onMachine(t, map[string]string{"pg_config": "echo " + elsewhere})
	t.Setenv("PATH", path+":relative:"+path)
	t.Setenv("HOMEBREW_PREFIX", "/opt/brew")
	t.Run("any major", func(t *testing.T) {
		got := machine(t.Context(), 0)
		if got[0] != path || got[1] != elsewhere {
			t.Errorf("got %v first, want PATH and what pg_config says: %s, %s", got[:2], path, elsewhere)
		}
		if i, j := slices.Index(got, "/usr/lib/postgresql/18/bin"), slices.Index(got, "/usr/pgsql-14/bin"); i < 0 || j < i {
			t.Errorf("18 is at %d, 14 at %d: want the newest first", i, j)
		}
		if !slices.Contains(got, "/opt/brew/opt/postgresql@16/bin") {
			t.Errorf("Homebrew's folder is missing: %v", got)
		}
		if slices.Contains(got, "relative") || len(got) != len(slices.Compact(slices.Sorted(slices.Values(got)))) {
			t.Errorf("want absolute paths, each once: %v", got)
		}
	})
	t.Run("one major", func(t *testing.T) {
		got := machine(t.Context(), 16)
		if !slices.Contains(got, "/usr/lib/postgresql/16/bin") || slices.Contains(got, "/usr/lib/postgresql/15/bin") {
			t.Errorf("want the folders of 16 only: %v", got)
		}
	})
}

func TestFind(t *testing.T) {
	postgres := `echo "postgres (PostgreSQL) 16.1"`
	t.Run("in PATH", func(t *testing.T) {
		dir := onMachine(t, map[string]string{"postgres": postgres, "initdb": ""})
		b, err := find(t.Context(), Options{Major: 16})
		if err != nil || b.dir != dir || b.major != 16 {
			t.Errorf("got %+v, %v; want 16 in %s", b, err, dir)
		}
	})
	t.Run("through a link", func(t *testing.T) {
		dir := onMachine(t, map[string]string{"postgres": postgres, "initdb": ""})
		links := t.TempDir()
		if err := os.Symlink(filepath.Join(dir, "postgres"), filepath.Join(links, "postgres")); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", links)
		if b, err := find(t.Context(), Options{Major: 16}); err != nil || b.dir != dir {
			t.Errorf("got %+v, %v; want the real folder %s", b, err, dir)
		}
	})
	t.Run("another minor release than the pinned one", func(t *testing.T) {
		dir := onMachine(t, map[string]string{"postgres": `echo "postgres (PostgreSQL) 15.1 (Debian 15.1-1)"`, "initdb": ""})
		if _, err := find(t.Context(), Options{Major: 15}); err != nil {
			t.Errorf("not pinned: %v", err)
		}
		if got, err := find(t.Context(), Options{Major: 15, Pinned: true}); err == nil {
			t.Errorf("got %v of %s, want none", got, dir)
		}
	})
	t.Run("only another major", func(t *testing.T) {
		dir := onMachine(t, map[string]string{"postgres": `echo "postgres (PostgreSQL) 12.7"`, "initdb": ""})
		links := t.TempDir()
		if err := os.Symlink(filepath.Join(dir, "postgres"), filepath.Join(links, "postgres")); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", links+":"+dir)
		_, err := find(t.Context(), Options{Major: 12}) // Start refuses it; no package has it
		want := "found only PostgreSQL 12.7 in " + dir + "; name"
		if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want one line with: %s", err, want)
		}
	})
}

func TestInstall(t *testing.T) {
	tests := []struct {
		goos, release string
		major         int
		want          string
	}{
		{"linux", "NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian\n", 17, "sudo apt-get install postgresql-17"},
		{"linux", "ID=debian\n", 0, "sudo apt-get install postgresql"},
		{"linux", "ID=alpine\n", 16, "sudo apk add postgresql16"},
		{"linux", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", 15, "sudo dnf install postgresql15-server"},
		{"linux", "ID=fedora\n", 0, "sudo dnf install postgresql-server"},
		{"linux", "ID=arch\n", 0, "sudo pacman -S postgresql"},
		{"linux", "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", 14, "sudo zypper install postgresql14-server"},
		{"darwin", "", 17, "brew install postgresql@17"},
		{"darwin", "", 0, "brew install postgresql@18"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			if got := install(tt.goos, []byte(tt.release), tt.major); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
