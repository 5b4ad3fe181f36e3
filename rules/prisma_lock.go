package rules

import "github.com/miglint/miglint/analyzer"

var prismaLock = &analyzer.Rule{
	Name: "prisma-lock", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "Prisma cannot read the provider in migration_lock.toml",
	Why: "Prisma compares the line that begins with provider letter by letter, without reading TOML. A blank too few, " +
		"or postgres for postgresql, is another provider to it: it stops with P3019 and runs nothing.",
	Instead: "Leave the file as Prisma wrote it: `provider = \"postgresql\"`.",
	Bad: `-- migration_lock.toml --
provider="postgresql"
-- 20260301090000_parcels/migration.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
`,
	Good: `-- migration_lock.toml --
provider = "postgresql"
-- 20260301090000_parcels/migration.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
`,
	RunStream: reportStreamProblems,
}
