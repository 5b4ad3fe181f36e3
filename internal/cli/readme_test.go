package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestReadmeShowsTheRealReport runs the README's first command and looks for each
// part of the report that the README shows; a line "…" stands for what it leaves
// out.
func TestReadmeShowsTheRealReport(t *testing.T) {
	t.Chdir("../..")
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "$ go run ./cmd/miglint ./examples/shop/migrations\n```\n")
	if !ok {
		t.Fatal("README.md does not show the first command")
	}
	_, rest, _ = strings.Cut(rest, "```text\n")
	shown, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("README.md shows no report after the first command")
	}
	var out, errs bytes.Buffer
	if code := Main([]string{"./examples/shop/migrations"}, strings.NewReader(""), &out, &errs); code != exitFindings {
		t.Errorf("exit code %d, want %d; stderr: %s", code, exitFindings, errs.String())
	}
	real := out.String()
	for _, part := range strings.Split(shown, "…\n") {
		_, after, found := strings.Cut(real, part)
		if !found {
			t.Fatalf("the report does not have this part of the README, or not in this order:\n%s\nthe report:\n%s", part, out.String())
		}
		real = after
	}
}
