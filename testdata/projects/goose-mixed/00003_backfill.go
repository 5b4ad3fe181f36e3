package migrations

import (
	"database/sql"

	"github.com/pressly/goose/v3"
)

func init() { goose.AddMigration(up, down) }

func up(tx *sql.Tx) error {
	_, err := tx.Exec("UPDATE bees SET name = 'b' WHERE name IS NULL")
	return err
}

func down(tx *sql.Tx) error { return nil }
