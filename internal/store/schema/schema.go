// Package schema holds the numbered changes that make Verno's tables, oldest first. A change that has been released is
// never edited: the next number corrects it.
package schema

import "embed"

// Files are the changes. NNNN_name.sql is for both engines; NNNN_name.sqlite.sql and NNNN_name.postgres.sql run after
// it where an engine must differ. What stands in /*sqlite ...*/ only SQLite runs.
//
//go:embed *.sql
var Files embed.FS
