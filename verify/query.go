package verify

import "context"

// Query runs SQL as one simple query, unmeasured, and returns the rows of all its
// statements as text; NULL is "". The error is the server's.
func (s *Session) Query(ctx context.Context, sql string) ([][]string, error) {
	results, err := s.conn.Exec(ctx, sql).ReadAll()
	s.notices = nil
	var rows [][]string
	for _, result := range results {
		for _, row := range result.Rows {
			texts := make([]string, len(row))
			for i, value := range row {
				texts[i] = string(value)
			}
			rows = append(rows, texts)
		}
	}
	return rows, s.explain(sql, err)
}

// URL connects to the session's database as its superuser.
func (s *Session) URL() string { return s.database.AdminURL }
