package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/store/schema"
)

// ErrSchema says that the database was made by another version of Verno, or that a released migration was edited.
var ErrSchema = errors.New("store: the schema does not fit")

// migration is one numbered change of the schema, as one engine runs it.
type migration struct {
	number   int64
	name     string
	script   string
	checksum string
}

var (
	migrationFile = regexp.MustCompile(`^(\d{4})_([a-z0-9_]+?)(?:\.(postgres|sqlite))?\.sql$`)
	// onlySQLite is what SQLite runs and PostgreSQL takes for a comment.
	onlySQLite = regexp.MustCompile(`/\*sqlite (.*?)\*/`)
)

// Migrate brings the database to this program's version of the schema, as MigrateWith does.
func (s *Store) Migrate(ctx context.Context, now time.Time) ([]string, error) {
	return s.MigrateWith(ctx, schema.Files, now)
}

// MigrateWith brings the database to the newest version of the migrations in files, each in a transaction of its own,
// and returns the names of those that it ran. A migration is NNNN_name.sql for both engines, then, where one needs more
// or needs something else, NNNN_name.sqlite.sql or NNNN_name.postgres.sql, which runs after it; either may be absent.
// It returns ErrSchema, and changes nothing, where what was run before is not what the files say. A SQLite file that is
// not empty is first copied to FILE.before-NNNN.
func (s *Store) MigrateWith(ctx context.Context, files fs.FS, now time.Time) ([]string, error) {
	wanted, err := readMigrations(files, s.Engine())
	if err != nil {
		return nil, err
	}
	var ran []string
	err = s.engine.script(ctx, func(conn *sql.Conn) error {
		next, err := pendingMigrations(ctx, conn, wanted)
		if err != nil || len(next) == 0 {
			return err
		}
		if next[0].number > wanted[0].number {
			if err := s.engine.beforeMigration(ctx, fmt.Sprintf("before-%04d", next[0].number)); err != nil {
				return err
			}
		}
		for _, m := range next {
			done, err := m.run(ctx, conn, s.Engine(), now)
			if err != nil {
				return fmt.Errorf("migration %04d_%s: %w", m.number, m.name, err)
			}
			if done {
				ran = append(ran, m.name)
			}
		}
		return nil
	})
	if err != nil {
		return ran, fmt.Errorf("store: migrate: %w", classify(err))
	}
	return ran, nil
}

// readMigrations reads what one engine runs, in its order.
func readMigrations(files fs.FS, e Engine) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("store: read the migrations: %w", err)
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(commonFirst(a), commonFirst(b)) })
	var all []migration
	for _, name := range names {
		parts := migrationFile.FindStringSubmatch(name)
		if parts == nil {
			return nil, fmt.Errorf("store: %s is no name for a migration", name)
		}
		number, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("store: %s: %w", name, err)
		}
		last := len(all) - 1
		if last < 0 || all[last].number != number {
			all = append(all, migration{number: number, name: parts[2]})
			last++
		}
		if all[last].name != parts[2] {
			return nil, fmt.Errorf("store: two migrations have the number of %s", name)
		}
		if parts[3] != "" && parts[3] != e.String() {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("store: read the migrations: %w", err)
		}
		script := string(text)
		if e == SQLite {
			script = onlySQLite.ReplaceAllString(script, "$1")
		}
		all[last].script += script + "\n"
	}
	for i := range all {
		sum := sha256.Sum256([]byte(all[i].script))
		all[i].checksum = hex.EncodeToString(sum[:])
	}
	return all, nil
}

// commonFirst sorts what both engines run before what only one does.
func commonFirst(name string) string {
	base := strings.TrimSuffix(name, ".sql")
	return strings.ReplaceAll(base, ".", "\x7f")
}

// pendingMigrations compares what was run with what is wanted and returns what is missing.
func pendingMigrations(ctx context.Context, conn *sql.Conn, wanted []migration) ([]migration, error) {
	const table = `CREATE TABLE IF NOT EXISTS schema_migration (
		number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)`
	if _, err := conn.ExecContext(ctx, table); err != nil {
		return nil, err
	}
	return missingMigrations(ctx, conn, wanted)
}

// missingMigrations is pendingMigrations for a database in which the table of migrations is there.
func missingMigrations(ctx context.Context, conn *sql.Conn, wanted []migration) ([]migration, error) {
	rows, err := conn.QueryContext(ctx, `SELECT number, name, checksum FROM schema_migration ORDER BY number`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var was migration
		if err := rows.Scan(&was.number, &was.name, &was.checksum); err != nil {
			return nil, err
		}
		switch {
		case len(wanted) == 0:
			return nil, fmt.Errorf("%w: it has %04d_%s, which is newer than this program", ErrSchema, was.number, was.name)
		case was.number != wanted[0].number || was.name != wanted[0].name:
			return nil, fmt.Errorf("%w: it has %04d_%s where %04d_%s is expected",
				ErrSchema, was.number, was.name, wanted[0].number, wanted[0].name)
		case was.checksum != wanted[0].checksum:
			return nil, fmt.Errorf("%w: %04d_%s is not what was run", ErrSchema, was.number, was.name)
		}
		wanted = wanted[1:]
	}
	return wanted, rows.Err()
}

// run runs a migration and notes it in the same transaction. It reports false where another process got there first,
// which SQLite, unlike PostgreSQL's lock, lets happen.
func (m migration) run(ctx context.Context, conn *sql.Conn, e Engine, now time.Time) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	ctx = context.WithoutCancel(ctx)
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }() // Without effect after COMMIT.
	const note = `INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	noted, err := tx.ExecContext(ctx, note, m.number, m.name, m.checksum, now.UnixMicro())
	if err != nil {
		return false, err
	}
	if n, err := noted.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, m.script); err != nil {
		return false, err
	}
	if err := e.plan(ctx, tx); err != nil {
		return false, err
	}
	return true, tx.Commit()
}
