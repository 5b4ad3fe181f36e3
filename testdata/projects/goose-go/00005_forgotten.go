package migrations

import "database/sql"

func upForgotten(tx *sql.Tx) error {
	_, err := tx.Exec("DROP TABLE hives")
	return err
}
