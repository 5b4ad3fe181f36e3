package bench

var owners = []string{"garden", "depot", "harbor", "clinic", "studio", "library", "orchard", "ferry", "museum", "bakery", "survey", "archive"}

var things = []string{"orders", "visits", "permits", "shelves", "tickets", "parcels", "readings", "invoices", "members", "routes", "crates", "sessions", "labels", "quotas"}

type attribute struct{ name, typ string }

var attributes = []attribute{
	{"title", "text"}, {"summary", "text"}, {"status", "varchar(20)"}, {"code", "varchar(64)"},
	{"amount", "numeric(12,2)"}, {"weight_grams", "integer"}, {"position", "integer"}, {"attempts", "smallint"},
	{"total", "bigint"}, {"ratio", "double precision"}, {"enabled", "boolean"}, {"archived", "boolean"},
	{"payload", "jsonb"}, {"settings", "jsonb"}, {"tags", "text[]"}, {"token", "uuid"},
	{"opened_at", "timestamptz"}, {"closed_at", "timestamptz"}, {"due_on", "date"}, {"seen_at", "timestamp"},
	{"origin", "inet"}, {"digest", "bytea"}, {"country", "char(2)"}, {"wait", "interval"},
}

// literals are constants of each type, for defaults and backfills.
var literals = map[string]string{
	"text": "''", "varchar(20)": "'open'", "varchar(64)": "'none'", "numeric(12,2)": "0.00",
	"integer": "0", "smallint": "1", "bigint": "0", "double precision": "1.0", "boolean": "false",
	"jsonb": "'{}'::jsonb", "text[]": "'{}'", "uuid": "'00000000-0000-0000-0000-000000000000'",
	"timestamptz": "now()", "timestamp": "localtimestamp", "date": "current_date", "inet": "'10.0.0.1'",
	"bytea": `'\x00'`, "char(2)": "'se'", "interval": "'1 hour'",
}

var remarks = []string{
	"Needed before the next release can read the new values.",
	"The import job writes these; the report only reads them.",
	"See the runbook on busy tables before running this by hand.",
	"Rows made before the change keep their old value.",
	"Follows the naming we agreed on; the old name goes in a later step.",
	"Safe to run twice: the job skips what it has done.",
	"Keeps the counter in step with the ledger (rounding is the caller's).",
	"TABLES ARE SMALL; measured on a copy of production.",
}
