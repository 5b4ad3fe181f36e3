package recipe

// Together runs statements in one transaction.
func Together(sql ...string) string {
	var steps Steps
	steps.Add("", "BEGIN").Add("", sql...)
	return steps.Add("", "COMMIT").String()
}
