// Package pgserver is a throwaway PostgreSQL: found on the machine, or embedded.
//
// [Start] takes the first of
//
//  1. the running server that [Options.DatabaseURL] names,
//  2. the binaries in [Options.BinDir],
//  3. the binaries on the machine: PATH, pg_config, the usual folders of the
//     distributions,
//  4. the binaries of github.com/fergusstrange/embedded-postgres, fetched once, if
//     [Options.Download] allows it,
//
// and, but for the first, starts a private server on them: a data directory and a
// socket that only it can read, passwords that nobody else knows, and no trace once
// the server is closed or the process that started it is gone, however it went.
//
// [FromEnvironment] reads the options from these variables:
//
//	MIGLINT_DATABASE_URL          a running server, as a superuser: postgres://user:password@host:port/database
//	MIGLINT_POSTGRES_BIN          the folder that holds postgres and initdb
//	MIGLINT_POSTGRES_REPOSITORY   the base URL of a Maven repository or mirror that has the embedded binaries
//
// Tests get their servers from package pgservertest, which knows two more:
//
//	MIGLINT_POSTGRES_MAJORS       the majors to test on, such as "14 15 16 17 18"; may download
//	MIGLINT_REQUIRE_POSTGRES=1    no server is a failure instead of a skipped test
package pgserver
