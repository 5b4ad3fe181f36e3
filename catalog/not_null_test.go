package catalog_test

import "testing"

func TestNotNullConstraintIsThereOnce(t *testing.T) {
	tests := []struct {
		name, sql string
		want      int
	}{
		{"on a nullable column", `ALTER TABLE t ADD NOT NULL b NOT VALID`, 1},
		{"twice", `ALTER TABLE t ADD NOT NULL b NOT VALID; ALTER TABLE t ADD NOT NULL b NOT VALID`, 1},
		{"not valid, where it is valid already", `ALTER TABLE t ADD NOT NULL a NOT VALID`, 0},
		{"valid, where it is already", `ALTER TABLE t ADD NOT NULL a`, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := replay(t, `CREATE TABLE t (a int NOT NULL, b int);`+tt.sql)
			if got := len(c.Table(name("t")).Constraints); got != tt.want {
				t.Errorf("%d constraints, want %d", got, tt.want)
			}
		})
	}
}
