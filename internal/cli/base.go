package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// readBase asks git what the changed files were before the change: where its
// branch left the one named ref. Files that were not there are left out.
func (p *project) readBase(ref string) (map[string][]byte, error) {
	texts := map[string][]byte{}
	files := map[string][]*target{} // by repository
	var tops []string
	for _, t := range p.args {
		if files[t.top] == nil {
			tops = append(tops, t.top)
		}
		files[t.top] = append(files[t.top], t)
	}
	for _, top := range tops {
		commit, err := baseCommit(top, ref)
		if err != nil {
			return nil, fmt.Errorf("--base: %w", err)
		}
		if err := readBlobs(top, commit, files[top], texts); err != nil {
			return nil, fmt.Errorf("--base: reading the changed files as of %s: %w", ref, err)
		}
	}
	return texts, nil
}

// baseCommit is the last commit that a branch and the one checked out have in
// common.
func baseCommit(top, ref string) (string, error) {
	if _, err := git(top, nil, "rev-parse", "--git-dir"); err != nil {
		return "", fmt.Errorf("asking git about %s: %w", shown(display(top)), err)
	}
	commit, err := git(top, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("git knows no branch, tag or commit %s here: if it is another branch, fetch it first", strconv.Quote(ref))
	}
	base, err := git(top, nil, "merge-base", "HEAD", strings.TrimSpace(string(commit)))
	if err != nil {
		return "", fmt.Errorf("git finds no commit that HEAD and %s have in common: fetch the whole history (actions/checkout: fetch-depth: 0)", ref)
	}
	return strings.TrimSpace(string(base)), nil
}

// readBlobs adds the contents that files had in a commit to texts.
func readBlobs(top, commit string, files []*target, texts map[string][]byte) error {
	var ask bytes.Buffer
	var asked []*target
	for _, t := range files {
		if name := t.path; !strings.Contains(name, "\n") {
			fmt.Fprintf(&ask, "%s:%s\n", commit, name)
			asked = append(asked, t)
		}
	}
	out, err := git(top, &ask, "cat-file", "--batch=%(objecttype) %(objectsize)")
	if err != nil {
		return err
	}
	r := bufio.NewReader(bytes.NewReader(out))
	for _, t := range asked {
		// What is there is a line of the format asked for, its bytes and a line feed;
		// what is not is one line (git-cat-file).
		head, err := r.ReadString('\n')
		if err != nil {
			return fmt.Errorf("git cat-file said too little: %w", err)
		}
		if strings.HasSuffix(head, " missing\n") {
			continue
		}
		kind, length, _ := strings.Cut(strings.TrimSpace(head), " ")
		size, err := strconv.Atoi(length)
		if err != nil || size < 0 || size > len(out) {
			return fmt.Errorf("git cat-file said %q", strings.TrimSpace(head))
		}
		text := make([]byte, size)
		if _, err := io.ReadFull(r, text); err != nil {
			return fmt.Errorf("git cat-file said too little: %w", err)
		}
		if _, err := r.Discard(1); err != nil {
			return fmt.Errorf("git cat-file said too little: %w", err)
		}
		if kind == "blob" {
			texts[t.display] = text
		}
	}
	return nil
}

// git runs git in a folder. The error is what it complains of.
func git(folder string, stdin io.Reader, args ...string) ([]byte, error) {
	cmd := exec.Command("git", append([]string{"-C", folder}, args...)...) //nolint:gosec // a fixed program, and arguments that it cannot take for options
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0")
	cmd.Stdin = stdin
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("there is no git on PATH")
	}
	if said, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n"); err != nil && said != "" {
		return nil, errors.New(said)
	}
	return out, err
}
