package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// leastSQLite is the first version whose write-ahead log survives a reset that races with a checkpoint.
const leastSQLite = 3_051_003

// file is a SQLite database: one connection that writes, several that cannot, and one for checkpoints and copies.
type file struct {
	path    string
	counts  *counters
	turns   turns
	readers *sql.DB
	keeper  *sql.DB
	pool    *sql.DB   // holds the writer and nothing else
	writer  *sql.Conn // for cold transactions
	lane    *fileLane // the same connection for hot ones; whoever has the turn may use it
}

type pragma struct {
	name  string
	value any // int64 or string, as SQLite reads it back
}

// durable is what every connection sets and reads back.
var durable = []pragma{
	{"busy_timeout", int64(5000)},
	{"journal_mode", "wal"},
	{"synchronous", int64(2)},
	{"foreign_keys", int64(1)},
	{"trusted_schema", int64(0)},
	{"temp_store", int64(2)},
	{"wal_autocheckpoint", int64(0)},
}

func openSQLite(ctx context.Context, path string, opt Options, counts *counters) (*file, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	// SQLite would make the file readable for everyone, and its log and index take the file's mode.
	made, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	if err := made.Close(); err != nil {
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	f := &file{path: path, counts: counts}
	own := []pragma{
		// What is deleted is overwritten with zeros: an erased person's key must not stay behind in a page.
		{"secure_delete", int64(1)},
		{"cache_size", int64(-64 << 10)},
		{"journal_size_limit", int64(walKept)},
	}
	if opt.Fleeting {
		own = append(own, pragma{"synchronous", int64(0)})
	}
	f.pool = f.connections(1, "immediate", own...)
	if f.writer, err = f.pool.Conn(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), f.close())
	}
	if opt.PoolSize <= 0 {
		opt.PoolSize = 6
	}
	f.readers = f.connections(opt.PoolSize, "deferred", pragma{"cache_size", int64(-8 << 10)}, pragma{"query_only", int64(1)})
	f.keeper = f.connections(1, "deferred", pragma{"cache_size", int64(-2 << 10)}, pragma{"busy_timeout", int64(20)})
	for _, db := range []*sql.DB{f.readers, f.keeper} {
		if err := db.PingContext(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), f.close())
		}
	}
	// The connection is kept for as long as the store is open and the turn keeps its users apart, so the driver's side
	// of it may be used directly: database/sql would cost the hot path a tenth of its rate.
	err = f.writer.Raw(func(raw any) (err error) {
		f.lane, err = newFileLane(raw, counts)
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), f.close())
	}
	return f, nil
}

// connections is a pool of n connections, each set and checked when it is made.
func (f *file) connections(n int, begin string, settings ...pragma) *sql.DB {
	dsn := (&url.URL{Scheme: "file", Path: f.path, RawQuery: "_txlock=" + begin}).String()
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		panic("store: " + err.Error()) // The text is made here and always parses.
	}
	db := sql.OpenDB(&checked{Connector: connector, settings: append(slices.Clip(durable), settings...)})
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}

// checked makes connections that have the wanted settings, or none.
type checked struct {
	driver.Connector
	settings []pragma
}

// Connect sets every pragma and then reads all of them back, because SQLite is silent about what it does not do.
func (c *checked) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.check(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func (c *checked) check(ctx context.Context, conn driver.Conn) error {
	version, err := ask(ctx, conn, "SELECT sqlite_version()")
	if err != nil {
		return err
	}
	var major, minor, patch int
	if _, err := fmt.Sscanf(fmt.Sprint(version), "%d.%d.%d", &major, &minor, &patch); err != nil {
		return fmt.Errorf("store: SQLite calls its version %v: %w", version, err)
	}
	if major*1_000_000+minor*1_000+patch < leastSQLite {
		return fmt.Errorf("store: SQLite %v can lose what its write-ahead log holds; 3.51.3 is the first that does not", version)
	}
	wanted := map[string]any{}
	for _, p := range c.settings {
		if _, err := ask(ctx, conn, fmt.Sprintf("PRAGMA %s = %v", p.name, p.value)); err != nil {
			return fmt.Errorf("store: set %s: %w", p.name, err)
		}
		wanted[p.name] = p.value
	}
	for name, value := range wanted {
		got, err := ask(ctx, conn, "PRAGMA "+name)
		if err != nil {
			return fmt.Errorf("store: read %s: %w", name, err)
		}
		if got != value {
			return fmt.Errorf("%w: SQLite has %s = %v where %v is needed", ErrWeak, name, got, value)
		}
	}
	return nil
}

// ask returns the first column of the first row, nil if there is none.
func ask(ctx context.Context, conn any, statement string) (driver.Value, error) {
	queryer, err := as[driver.QueryerContext](conn)
	if err != nil {
		return nil, err
	}
	rows, err := queryer.QueryContext(ctx, statement, nil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	row := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(row) == 0 {
		return nil, nil
	}
	return row[0], nil
}

func (f *file) kind() Engine   { return SQLite }
func (f *file) lanes() int     { return 1 }
func (f *file) reads() *sql.DB { return f.readers }
func (f *file) waiting() int   { return f.turns.length() }
func (f *file) wanted() bool   { return f.turns.wanted() }
func (f *file) quiet() bool    { return true }

func (f *file) borrow(ctx context.Context, low bool) (*sql.Conn, func(), error) {
	u := coldTurn
	if low {
		u = lowTurn
	}
	if err := f.turns.take(ctx, u); err != nil {
		return nil, nil, err
	}
	return f.writer, f.turns.give, nil
}

func (f *file) hot(ctx context.Context, _ int, fn func(h *HotTx) error) error {
	if err := f.turns.take(ctx, hotTurn); err != nil {
		return err
	}
	defer f.turns.give()
	return fn(f.lane.tx)
}

func (f *file) script(ctx context.Context, fn func(conn *sql.Conn) error) error {
	if err := f.turns.take(ctx, coldTurn); err != nil {
		return err
	}
	defer f.turns.give()
	return fn(f.writer)
}

func (f *file) pipe(conn *sql.Conn) runner {
	if conn == f.writer {
		return func(_ context.Context, queue []*Values) error { return classify(f.lane.run(queue)) }
	}
	return func(_ context.Context, queue []*Values) error {
		return classify(conn.Raw(func(raw any) error {
			lane, err := newFileLane(raw, f.counts)
			if err != nil {
				return err
			}
			defer lane.close()
			return lane.run(queue)
		}))
	}
}

func (f *file) undecided(err error) bool { return undecidedFile(err) }

// undecidedFile: when the disk fails a COMMIT, its frames may be in the log or not until the log is read again at
// start. A full disk or a lock that is taken is noticed before the frame that commits.
func undecidedFile(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return !ok || e.Code()&0xff == sqlite3.SQLITE_IOERR
}

func (f *file) close() error {
	var errs []error
	f.turns.stop()
	if f.lane != nil {
		f.lane.close() // A statement left open would keep the log from being emptied.
	}
	for _, db := range []*sql.DB{f.keeper, f.readers} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if f.writer != nil {
		errs = append(errs, f.writer.Close())
	}
	errs = append(errs, f.pool.Close())
	return errors.Join(errs...)
}

// sqliteKind is what a SQLite error code means.
func sqliteKind(err error) (constraint string, kind error) {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return "", nil
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return e.Error(), ErrUnique
	case sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC:
		return "", ErrFsync
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "", ErrRetry
	case sqlite3.SQLITE_FULL:
		return "", ErrFull
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return "", ErrCorrupt
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM:
		return "", ErrUnavailable
	default:
		return "", nil
	}
}
