package migrations

import (
	"database/sql"

	"github.com/pressly/goose/v3"
)

func init() { goose.AddMigration(upClash, nil) }

func upClash(tx *sql.Tx) error { return nil }
