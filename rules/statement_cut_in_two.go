package rules

import "github.com/miglint/miglint/analyzer"

var statementCutInTwo = &analyzer.Rule{
	Name: "statement-cut-in-two", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "the framework ends a statement at a semicolon inside it",
	Why: "Frameworks that split a file look for a semicolon at the end of a line and know nothing of dollar " +
		"quotes. A function body is sent in pieces, and each is a syntax error.",
	Instead: "Put the statement between the framework's markers: `StatementBegin` and `StatementEnd`.",
	Bad: `-- 00001_touch.sql --
-- +goose Up
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := now();
  RETURN NEW;
END
$$;
-- +goose Down
DROP FUNCTION touch();
`,
	Good: `-- 00001_touch.sql --
-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := now();
  RETURN NEW;
END
$$;
-- +goose StatementEnd
-- +goose Down
DROP FUNCTION touch();
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
