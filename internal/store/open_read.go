package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
)

// ErrReadOnly says that something was to be written through a store that only reads.
var ErrReadOnly = errors.New("store: opened for reading only")

// OpenReader opens a database that is there, for reading: it makes no file, changes none, migrates nothing, and every
// write returns ErrReadOnly. The database may be in use. It returns an error that wraps os.ErrNotExist where there is no
// SQLite file.
func OpenReader(ctx context.Context, dsn string, opt Options) (*Store, error) {
	s := &Store{}
	path, err := sqlitePath(dsn)
	switch {
	case err != nil:
		return nil, err
	case path != "":
		s.engine, err = readSQLite(ctx, path)
	default:
		s.engine, err = readPostgres(ctx, dsn, opt)
	}
	if err != nil {
		return nil, classify(err)
	}
	s.reader = newReader(s.engine, s.engine.reads(), nil, s.engine.reads())
	return s, nil
}

// readerConnections is enough for a backup or a verification beside its progress.
const readerConnections = 2

// looking is what connections set that cannot change the file. How durable it is, is the writer's matter.
var looking = []pragma{
	{"busy_timeout", int64(5000)},
	{"trusted_schema", int64(0)},
	{"temp_store", int64(2)},
	{"cache_size", int64(-8 << 10)},
	{"query_only", int64(1)},
}

func readSQLite(ctx context.Context, path string) (engine, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	connector, err := sqlite.NewConnector((&url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro"}).String())
	if err != nil {
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	f := &file{path: path, counts: &counters{}}
	f.readers = sql.OpenDB(&checked{Connector: connector, settings: looking})
	f.readers.SetMaxOpenConns(readerConnections)
	f.readers.SetMaxIdleConns(readerConnections)
	// A file that is no database is noticed when its first page is read.
	var tables int
	if err := f.readers.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master`).Scan(&tables); err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), f.readers.Close())
	}
	return &onlyReading{f, f.readers}, nil
}

func readPostgres(ctx context.Context, dsn string, opt Options) (engine, error) {
	s := &server{dsn: dsn, weak: opt.Weak}
	config, err := s.config(readSession)
	if err != nil {
		return nil, err
	}
	s.readers = pooled(config, readerConnections)
	if err := s.readers.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: open PostgreSQL: %w", classify(err)), s.readers.Close())
	}
	return &onlyReading{s, s.readers}, nil
}

// onlyReading is an engine without the parts that write.
type onlyReading struct {
	engine
	pool *sql.DB
}

func (*onlyReading) lanes() int   { return 0 }
func (*onlyReading) waiting() int { return 0 }
func (*onlyReading) wanted() bool { return false }

func (*onlyReading) borrow(context.Context, bool) (*sql.Conn, func(), error) {
	return nil, nil, ErrReadOnly
}

func (*onlyReading) hot(context.Context, int, func(*HotTx) error) error { return ErrReadOnly }
func (*onlyReading) checkpoint(context.Context) error                   { return ErrReadOnly }
func (*onlyReading) script(context.Context, func(*sql.Conn) error) error {
	return ErrReadOnly
}
func (*onlyReading) beforeMigration(context.Context, string) error { return ErrReadOnly }

func (o *onlyReading) close() error { return o.pool.Close() }
