package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// leastPostgres is the oldest PostgreSQL that Verno runs on.
const leastPostgres = 150_000

// migrationLock is the advisory lock of whoever migrates: "verno" in ASCII.
const migrationLock = 0x7665726e6f

// server is a PostgreSQL database: a pool that cannot write, a pool for ordinary transactions, and one connection for
// each lane of hot ones.
type server struct {
	dsn     string
	weak    bool
	readers *sql.DB
	writers *sql.DB
	hots    []*serverLane
}

// session is what all connections set. Nothing waits for ever: not for a statement, not for a lock, not for a client
// that holds locks and is silent.
var session = map[string]string{
	"client_encoding":                     "UTF8",
	"default_transaction_isolation":       "read committed",
	"idle_in_transaction_session_timeout": "60s",
	"jit":                                 "off",
	"lock_timeout":                        "10s",
	"standard_conforming_strings":         "on",
	"statement_timeout":                   "60s",
	"timezone":                            "UTC",
}

var (
	readSession = map[string]string{"default_transaction_read_only": "on", "statement_timeout": "5min"}
	// Hot statements reach their rows by keys that stand in arrays of unknown length. A plan that PostgreSQL makes once
	// and that can only follow the keys is right for every length.
	hotSession = map[string]string{
		"enable_hashjoin":   "off",
		"enable_mergejoin":  "off",
		"enable_seqscan":    "off",
		"plan_cache_mode":   "force_generic_plan",
		"lock_timeout":      "5s",
		"statement_timeout": "15s",
	}
	// A migration takes as long as it takes.
	scriptSession = map[string]string{"lock_timeout": "0", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
)

func openPostgres(ctx context.Context, dsn string, opt Options, counts *counters) (*server, error) {
	s := &server{dsn: dsn, weak: opt.Weak}
	reads, err := s.config(readSession)
	if err != nil {
		return nil, err
	}
	writes, err := s.config(nil)
	if err != nil {
		return nil, err
	}
	hot, err := s.config(hotSession)
	if err != nil {
		return nil, err
	}
	if opt.PoolSize <= 0 {
		opt.PoolSize = 16
	}
	if opt.Lanes <= 0 {
		opt.Lanes = 2
	}
	s.readers, s.writers = pooled(reads, opt.PoolSize), pooled(writes, opt.PoolSize)
	for range opt.Lanes {
		s.hots = append(s.hots, newServerLane(&hot.Config, counts))
	}
	for _, db := range []*sql.DB{s.readers, s.writers} {
		if err := db.PingContext(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("store: open PostgreSQL: %w", classify(err)), s.close())
		}
	}
	return s, nil
}

// config is the URL's configuration with the settings of all connections and some of its own.
func (s *server) config(settings map[string]string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(s.dsn)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "verno"
	}
	maps.Copy(config.RuntimeParams, session)
	maps.Copy(config.RuntimeParams, settings)
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	// A peer that vanished is noticed within half a minute instead of hours.
	config.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 4,
	}}).DialContext
	config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsPrimary
	config.AfterConnect = func(ctx context.Context, conn *pgconn.PgConn) error { return checkServer(ctx, conn, s.weak) }
	return config, nil
}

func pooled(config *pgx.ConnConfig, n int) *sql.DB {
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db
}

// checkServer refuses a server that is too old, speaks another encoding or can lose what it has acknowledged.
func checkServer(ctx context.Context, conn *pgconn.PgConn, weak bool) error {
	const statement = `SELECT current_setting('server_version_num'), current_setting('server_encoding'),
		current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')`
	result := conn.ExecParams(ctx, statement, nil, nil, nil, nil).Read()
	if result.Err != nil {
		return fmt.Errorf("store: read PostgreSQL's settings: %w", result.Err)
	}
	row := result.Rows[0]
	if version, err := strconv.Atoi(string(row[0])); err != nil || version < leastPostgres {
		return fmt.Errorf("store: PostgreSQL 15 or later is needed, this is %s", conn.ParameterStatus("server_version"))
	}
	if encoding := string(row[1]); encoding != "UTF8" {
		return fmt.Errorf("store: the database's encoding is %s where UTF8 is needed", encoding)
	}
	for i, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		if string(row[2+i]) == "off" && !weak {
			return fmt.Errorf("%w: PostgreSQL has %s = off and would lose sales with the power", ErrWeak, name)
		}
	}
	return nil
}

func (s *server) kind() Engine                     { return PostgreSQL }
func (s *server) lanes() int                       { return len(s.hots) }
func (s *server) reads() *sql.DB                   { return s.readers }
func (s *server) waiting() int                     { return 0 }
func (s *server) wanted() bool                     { return false }
func (s *server) quiet() bool                      { return false }
func (s *server) checkpoint(context.Context) error { return nil }

func (s *server) borrow(ctx context.Context, _ bool) (*sql.Conn, func(), error) {
	conn, err := s.writers.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	return conn, func() { _ = conn.Close() }, nil
}

func (s *server) hot(ctx context.Context, lane int, fn func(h *HotTx) error) error {
	return s.hots[lane].use(ctx, fn)
}

func (s *server) pipe(conn *sql.Conn) runner {
	return func(ctx context.Context, queue []*Values) error {
		return classify(conn.Raw(func(raw any) error {
			conn, err := as[*stdlib.Conn](raw)
			if err != nil {
				return err
			}
			_, err = pipeline(ctx, conn.Conn().PgConn(), false, queue, false)
			return err
		}))
	}
}

func (s *server) undecided(err error) bool { return undecidedServer(err) }

// undecidedServer: only an ordinary error of the server says that a COMMIT did not happen. A server that goes down may
// say so after it has committed.
func undecidedServer(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.SeverityUnlocalized != "ERROR"
	}
	return !pgconn.SafeToRetry(err)
}

func (s *server) close() error {
	for _, lane := range s.hots {
		lane.close()
	}
	return errors.Join(s.readers.Close(), s.writers.Close())
}

// postgresKind is what an error of PostgreSQL, or of the way to it, means.
func postgresKind(err error) (constraint string, kind error) {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return "", lostConnection(err)
	}
	switch e.Code {
	case "23505":
		return e.ConstraintName, ErrUnique
	case "40001", "40P01":
		return "", ErrRetry
	case "53100":
		return "", ErrFull
	case "25006", // The primary has become a standby.
		"55P03", "57014": // A lock or a statement took too long.
		return "", ErrUnavailable
	}
	switch {
	case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "53"), strings.HasPrefix(e.Code, "57P"), strings.HasPrefix(e.Code, "58"):
		return "", ErrUnavailable
	}
	return "", nil
}

// lostConnection recognises a connection that could not be made or has gone. The caller's own deadline is neither.
func lostConnection(err error) error {
	var network net.Error
	var connect *pgconn.ConnectError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil
	case errors.As(err, &network), errors.As(err, &connect),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, pgconn.ErrConnClosed):
		return ErrUnavailable
	}
	return nil
}

// script gives a connection for migrations to fn, one process at a time. It speaks the simple protocol, in which a
// statement may be a whole script.
func (s *server) script(ctx context.Context, fn func(conn *sql.Conn) error) error {
	config, err := s.config(scriptSession)
	if err != nil {
		return err
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	db := pooled(config, 1)
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return err
	}
	return fn(conn) // Closing the connection gives the lock back.
}

func (s *server) beforeMigration(context.Context, string) error { return nil }
