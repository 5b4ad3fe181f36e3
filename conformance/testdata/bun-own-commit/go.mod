module people

require github.com/uptrace/bun v1.3.0
