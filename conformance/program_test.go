package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// frameworks are all that have records.
func frameworks() []framework { return slices.Concat(goFrameworks(), programs()) }

// programs are the frameworks that are no Go libraries: on PATH, Node.js packages
// where NODE_PATH says, Java ones in the folder MIGLINT_JARS.
func programs() []framework {
	return []framework{
		{
			name: "dbmate", version: printed("dbmate", "--version"),
			up: func(ctx context.Context, p project) error { return dbmate(ctx, p, "migrate") },
			down: func(ctx context.Context, p project) error {
				for {
					if err := dbmate(ctx, p, "rollback"); err != nil {
						if strings.Contains(err.Error(), "no migrations have been applied") {
							return nil
						}
						return err
					}
				}
			},
		},
		{
			name: "drizzle", version: nodePackage("drizzle-orm"),
			up: func(ctx context.Context, p project) error {
				script, err := filepath.Abs("drizzle.cjs")
				if err != nil {
					return err
				}
				_, err = output(ctx, p.dir, nil, "node", script, p.url, "drizzle")
				return err
			},
		},
		{
			name: "node-pg-migrate", version: nodePackage("node-pg-migrate"),
			up:   func(ctx context.Context, p project) error { return nodePgMigrate(ctx, p, "up") },
			down: func(ctx context.Context, p project) error { return nodePgMigrate(ctx, p, "down", "99") },
		},
		{
			name: "supabase", version: printed("supabase", "--version"),
			up: func(ctx context.Context, p project) error {
				_, err := output(ctx, p.dir, nil, "supabase", "db", "push", "--yes", "--remote="+p.url)
				return err
			},
		},
		{
			name: "sqlx", version: printed("sqlx", "--version"),
			up:   func(ctx context.Context, p project) error { return sqlx(ctx, p, "run") },
			down: sqlxDown,
		},
		{
			name: "diesel", version: printed("diesel", "--version"),
			up:   func(ctx context.Context, p project) error { return diesel(ctx, p, "run") },
			down: func(ctx context.Context, p project) error { return diesel(ctx, p, "revert", "--all") },
		},
		{
			name: "refinery", version: printed("refinery", "--version"),
			up: refinery,
		},
		{
			name: "sqitch", version: printed("sqitch", "--version"),
			up: func(ctx context.Context, p project) error {
				_, err := output(ctx, p.dir, nil, "sqitch", "deploy", sqitchTarget(p))
				return err
			},
			down: func(ctx context.Context, p project) error {
				_, err := output(ctx, p.dir, nil, "sqitch", "revert", "-y", sqitchTarget(p))
				return err
			},
		},
		{
			name: "popx", version: popxVersion, // `go build` in the folder popx
			up: func(ctx context.Context, p project) error {
				_, err := output(ctx, p.dir, nil, "popx", "up", p.url, ".")
				return err
			},
			down: func(ctx context.Context, p project) error {
				_, err := output(ctx, p.dir, nil, "popx", "down", p.url, ".")
				return err
			},
		},
		{
			name: "flyway", version: jar("flyway-core"),
			up: func(ctx context.Context, p project) error { return java(ctx, p, "Flyway.java", "migrate") },
		},
		{
			name: "liquibase", version: jar("liquibase-core"),
			up:   func(ctx context.Context, p project) error { return java(ctx, p, "Liquibase.java", "update") },
			down: func(ctx context.Context, p project) error { return java(ctx, p, "Liquibase.java", "rollback") },
		},
	}
}

var versionNumber = regexp.MustCompile(`\d+(\.\d+)+\S*`)

// printed is the version that a program prints.
func printed(name string, args ...string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		out, err := output(ctx, "", nil, name, args...)
		return versionNumber.FindString(out), err
	}
}

// popxVersion is the version of Ory's library in the program popx on PATH.
func popxVersion(ctx context.Context) (string, error) {
	exe, err := exec.LookPath("popx")
	if err != nil {
		return "", err
	}
	about, err := output(ctx, "", nil, "go", "version", "-m", exe)
	_, version, _ := strings.Cut(about, "github.com/ory/x")
	return versionNumber.FindString(version), err
}

// nodePackage is the version of a package that Node.js finds.
func nodePackage(name string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		for _, dir := range filepath.SplitList(os.Getenv("NODE_PATH")) {
			text, err := os.ReadFile(filepath.Join(dir, name, "package.json"))
			if err != nil {
				continue
			}
			var about struct{ Version string }
			if err := json.Unmarshal(text, &about); err != nil {
				return "", fmt.Errorf("reading about %s in %s: %w", name, dir, err)
			}
			return about.Version, nil
		}
		return "", fmt.Errorf("there is no package %s in NODE_PATH", name)
	}
}

// jar is the version of a Java library.
func jar(name string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		found, err := filepath.Glob(filepath.Join(os.Getenv("MIGLINT_JARS"), name+"-*.jar"))
		if err != nil || len(found) == 0 {
			return "", errors.Join(err, fmt.Errorf("there is no %s in MIGLINT_JARS", name))
		}
		return strings.TrimSuffix(strings.TrimPrefix(filepath.Base(found[0]), name+"-"), ".jar"), nil
	}
}

// java runs one of our programs on the libraries of MIGLINT_JARS.
func java(ctx context.Context, p project, program, command string) error {
	source, err := filepath.Abs(program)
	if err != nil {
		return err
	}
	u, err := url.Parse(p.url)
	if err != nil {
		return err
	}
	password, _ := u.User.Password()
	_, err = output(ctx, p.dir, nil, "java", "-cp", filepath.Join(os.Getenv("MIGLINT_JARS"), "*"), source,
		command, "jdbc:postgresql://"+u.Host+u.Path+"?sslmode=disable", u.User.Username(), password)
	return err
}

func dbmate(ctx context.Context, p project, command string) error {
	_, err := output(ctx, p.dir, nil, "dbmate", "--url", p.url, "--migrations-dir", ".", "--no-dump-schema", command)
	return err
}

func nodePgMigrate(ctx context.Context, p project, args ...string) error {
	_, err := output(ctx, p.dir, []string{"DATABASE_URL=" + p.url}, "node-pg-migrate", args...)
	return err
}

func sqlx(ctx context.Context, p project, args ...string) error {
	_, err := output(ctx, p.dir, []string{"DATABASE_URL=" + p.url}, "sqlx", append([]string{"migrate"}, args...)...)
	return err
}

// sqlxDown reverts everything, if the folder can be reverted.
func sqlxDown(ctx context.Context, p project) error {
	downs, err := filepath.Glob(filepath.Join(p.dir, "migrations", "*.down.sql"))
	if err != nil || len(downs) == 0 {
		return err
	}
	return sqlx(ctx, p, "revert", "--target-version", "0")
}

func diesel(ctx context.Context, p project, args ...string) error {
	_, err := output(ctx, p.dir, []string{"DATABASE_URL=" + p.url}, "diesel", append([]string{"migration"}, args...)...)
	return err
}

func refinery(ctx context.Context, p project) error {
	_, err := output(ctx, p.dir, []string{"DATABASE_URL=" + p.url}, "refinery", "migrate", "-e", "DATABASE_URL", "-p", "migrations")
	return err
}

func sqitchTarget(p project) string { return "db:pg:" + strings.TrimPrefix(p.url, "postgres:") }
