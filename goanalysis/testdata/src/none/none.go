// Package none has SQL, and no migrations.
package none

import "database/sql"

func Drop(db *sql.DB) error {
	_, err := db.Exec("DROP TABLE hives")
	return err
}
