package store

import (
	"context"
	"fmt"

	"github.com/verno-loyalty/verno/internal/store/schema"
)

// SchemaState says where a database stands: its newest migration, and that of this program.
type SchemaState struct {
	Has   string // such as 0001_core; empty for a database in which nothing has been made yet
	Wants string
}

// Current says whether nothing is to be migrated.
func (s SchemaState) Current() bool { return s.Has == s.Wants }

// Schema reads where the database stands and changes nothing. It returns ErrSchema where the database is newer than this
// program, or was made by migrations that are not this program's.
func (s *Store) Schema(ctx context.Context) (SchemaState, error) {
	wanted, err := readMigrations(schema.Files, s.Engine())
	if err != nil {
		return SchemaState{}, err
	}
	state := SchemaState{Wants: wanted[len(wanted)-1].title()}
	there := `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'`
	if s.Engine() == PostgreSQL {
		there = `SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('schema_migration')`
	}
	conn, err := s.engine.reads().Conn(ctx)
	if err != nil {
		return state, classify(err)
	}
	defer conn.Close()
	var tables int
	if err := conn.QueryRowContext(ctx, there).Scan(&tables); err != nil || tables == 0 {
		return state, classify(err)
	}
	missing, err := missingMigrations(ctx, conn, wanted)
	if err != nil {
		return state, classify(err)
	}
	if ran := len(wanted) - len(missing); ran > 0 {
		state.Has = wanted[ran-1].title()
	}
	return state, nil
}

// title is how people call a migration.
func (m migration) title() string { return fmt.Sprintf("%04d_%s", m.number, m.name) }
