package migrations

import "github.com/uptrace/bun/migrate"

var Migrations = migrate.NewMigrations()
