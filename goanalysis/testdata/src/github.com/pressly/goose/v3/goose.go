// Package goose stands in for the real one: what migrations call of it.
package goose

import (
	"context"
	"database/sql"
)

type GoMigrationContext func(ctx context.Context, tx *sql.Tx) error

type GoMigrationNoTxContext func(ctx context.Context, db *sql.DB) error

func AddMigrationContext(up, down GoMigrationContext) {}

func AddMigrationNoTxContext(up, down GoMigrationNoTxContext) {}

func AddNamedMigrationNoTxContext(name string, up, down GoMigrationNoTxContext) {}

func Up(db *sql.DB, dir string) error { return nil }
