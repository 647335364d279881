package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
)

// Engine is one of the databases that Verno runs on.
type Engine uint8

// The engines.
const (
	SQLite Engine = iota + 1
	PostgreSQL
)

func (e Engine) String() string {
	switch e {
	case SQLite:
		return "sqlite"
	case PostgreSQL:
		return "postgres"
	default:
		return fmt.Sprintf("engine %d", uint8(e))
	}
}

// Options say how to open a store. The zero value is right for a server.
type Options struct {
	// Weak opens a PostgreSQL that can lose what it has acknowledged (fsync, full_page_writes or synchronous_commit
	// off). Without it Open returns ErrWeak.
	Weak bool
	// Fleeting lets SQLite sync nothing, for a database that is thrown away if what fills it fails.
	Fleeting bool
	// PoolSize is how many connections read at once, 6 on SQLite and 16 on PostgreSQL if 0; PostgreSQL has as many
	// again for ordinary writes.
	PoolSize int
	// Lanes is how many hot transactions PostgreSQL runs at once, 2 if 0. SQLite has one writer and so one lane.
	Lanes int
}

// Store is an open database.
type Store struct {
	engine engine
	reader *Reader
	counts counters
}

// engine is what the two databases do differently.
type engine interface {
	kind() Engine
	lanes() int
	// reads is the pool of connections that cannot write.
	reads() *sql.DB
	// borrow gives a connection for one cold transaction and the function that gives it back.
	borrow(ctx context.Context, low bool) (*sql.Conn, func(), error)
	// pipe is how bulk statements run on a connection of database/sql.
	pipe(conn *sql.Conn) runner
	// hot gives a lane's connection to fn, one caller at a time.
	hot(ctx context.Context, lane int, fn func(h *HotTx) error) error
	// waiting is how many writers wait for a connection.
	waiting() int
	// wanted says whether somebody waits for a writer who is no job.
	wanted() bool
	// quiet says whether a statement on a writing connection must not be interrupted.
	quiet() bool
	// undecided says whether the error of a COMMIT leaves open what happened.
	undecided(err error) bool
	checkpoint(ctx context.Context) error
	// script gives a connection for migrations to fn.
	script(ctx context.Context, fn func(conn *sql.Conn) error) error
	// beforeMigration keeps a copy under a name, where that is cheap.
	beforeMigration(ctx context.Context, name string) error
	backup(ctx context.Context, path string, progress func(done, total int64)) error
	close() error
}

// Stats counts what the store has done since it was opened.
type Stats struct {
	Commits     int64 // hot transactions that were committed
	RoundTrips  int64 // groups of statements that hot transactions sent
	ColdCommits int64 // ordinary transactions that were committed
	Retries     int64 // ordinary transactions that were run again after a conflict
}

type counters struct{ commits, trips, cold, retries atomic.Int64 }

// Open opens a database: a SQLite file ("verno.db", "sqlite:verno.db"), made when it is not there, or a PostgreSQL URL
// ("postgres://…"). It migrates nothing. It returns an error that wraps ErrWeak for settings that are not durable.
func Open(ctx context.Context, dsn string, opt Options) (*Store, error) {
	s := &Store{}
	path, err := sqlitePath(dsn)
	switch {
	case err != nil:
		return nil, err
	case path != "":
		s.engine, err = openSQLite(ctx, path, opt, &s.counts)
	default:
		s.engine, err = openPostgres(ctx, dsn, opt, &s.counts)
	}
	if err != nil {
		return nil, classify(err)
	}
	s.reader = newReader(s.engine, s.engine.reads(), nil, s.engine.reads())
	return s, nil
}

// EngineOf tells the engine of a DSN without opening it.
func EngineOf(dsn string) (Engine, error) {
	path, err := sqlitePath(dsn)
	if err != nil {
		return 0, err
	}
	if path != "" {
		return SQLite, nil
	}
	return PostgreSQL, nil
}

// sqlitePath is the file that a DSN names, or "" for a PostgreSQL URL.
func sqlitePath(dsn string) (string, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return "", nil
	}
	path := strings.TrimPrefix(dsn, "sqlite:")
	switch {
	case path == "":
		return "", errors.New("store: no database given: name a SQLite file or a postgres:// URL")
	case strings.Contains(path, "://"), strings.HasPrefix(path, "file:"), strings.Contains(path, ":memory:"):
		return "", fmt.Errorf("store: %q is neither the path of a SQLite file nor a postgres:// URL", path)
	default:
		return path, nil
	}
}

// Engine tells which database this is.
func (s *Store) Engine() Engine { return s.engine.kind() }

// Lanes is how many hot transactions can run at once; lanes are numbered from 0.
func (s *Store) Lanes() int { return s.engine.lanes() }

// Reader reads outside of transactions.
func (s *Store) Reader() *Reader { return s.reader }

// Stats counts what the store has done so far.
func (s *Store) Stats() Stats {
	return Stats{
		Commits:     s.counts.commits.Load(),
		RoundTrips:  s.counts.trips.Load(),
		ColdCommits: s.counts.cold.Load(),
		Retries:     s.counts.retries.Load(),
	}
}

// Waiting is how many writers wait for SQLite's one writing connection; PostgreSQL has none to wait for.
func (s *Store) Waiting() int { return s.engine.waiting() }

// Wanted says whether a sale or a person waits for SQLite's one writing connection: a job that has it ends its transaction.
func (s *Store) Wanted() bool { return s.engine.wanted() }

// Checkpoint moves what SQLite's write-ahead log holds into the database file, so that the log stays bounded. The
// server calls it about twice a second; the writer itself never does, as that would make some sales slow. PostgreSQL
// does its own, and the call does nothing.
func (s *Store) Checkpoint(ctx context.Context) error { return classify(s.engine.checkpoint(ctx)) }

// Close waits for running transactions and closes all connections.
func (s *Store) Close() error { return s.engine.close() }

// as is a type assertion for what a driver gives, whose types are known by contract only.
func as[T any](v any) (T, error) {
	t, ok := v.(T)
	if !ok {
		return t, fmt.Errorf("store: the driver gives %T", v)
	}
	return t, nil
}

var rowLocks = regexp.MustCompile(`\s+FOR (NO KEY )?UPDATE( OF \w+)?( SKIP LOCKED)?`)

// withoutRowLocks is a statement as SQLite takes it.
func withoutRowLocks(statement string) string {
	if !strings.Contains(statement, "UPDATE") {
		return statement
	}
	return rowLocks.ReplaceAllString(statement, "")
}
