// Package runner runs migrations that are elsewhere.
package runner

import (
	"database/sql"

	"github.com/pressly/goose/v3"
)

func Run(db *sql.DB) error { return goose.Up(db, "../migrations") }
