package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

// The errors that callers must tell apart. The engines recognise them by code, never by text. Whatever is none of these
// comes back as the driver said it.
var (
	// ErrNotFound says that a row was asked for and there is none.
	ErrNotFound = errors.New("store: not found")
	// ErrUnique says that a row with the same unique key exists.
	ErrUnique = errors.New("store: exists already")
	// ErrRetry says that another transaction was in the way and nothing was written. Write and WriteLow have already
	// tried several times when it reaches their caller.
	ErrRetry = errors.New("store: in conflict with another transaction")
	// ErrUnavailable says that the database cannot be reached or has no room for another connection, and that nothing
	// was written.
	ErrUnavailable = errors.New("store: database unavailable")
	// ErrFull says that the disk is full and nothing was written. Reading still works.
	ErrFull = errors.New("store: disk full")
	// ErrFsync says that the disk failed to take what was written. What is on it can only be known by starting again,
	// so the process has to stop. It is always an unknown commit too.
	ErrFsync = errors.New("store: disk failed to sync")
	// ErrUnknownCommit says that COMMIT was sent and its answer lost: the transaction may have happened or not.
	ErrUnknownCommit = errors.New("store: outcome of the commit is unknown")
	// ErrCorrupt says that a SQLite file is damaged, or is no database at all.
	ErrCorrupt = errors.New("store: the database is damaged")
	// ErrWeak says that the database is set so that it can lose what it has acknowledged.
	ErrWeak = errors.New("store: weak durability")
)

// Error is what a driver said together with what it means: errors.Is finds Kind, one of the errors above, and all that
// the driver's error wraps.
type Error struct {
	Kind       error
	Constraint string // which constraint was violated, in the engine's own words: for people, not for decisions
	Cause      error
}

func (e *Error) Error() string { return e.Kind.Error() + ": " + e.Cause.Error() }

// Unwrap gives both the meaning and the cause.
func (e *Error) Unwrap() []error { return []error{e.Kind, e.Cause} }

// errClosed is what writers get from a store that is closed.
var errClosed = &Error{Kind: ErrUnavailable, Cause: errors.New("the store is closed")}

// errPoolClosed is what database/sql says after Close. It has no name, so that a closed database is asked for it.
var errPoolClosed = func() error {
	db := sql.OpenDB(nowhere{})
	_ = db.Close()
	return db.PingContext(context.Background())
}()

// nowhere connects to nothing.
type nowhere struct{}

func (nowhere) Connect(context.Context) (driver.Conn, error) { return nil, driver.ErrBadConn }
func (nowhere) Driver() driver.Driver                        { return nil }

// classify puts the meaning to a driver's error. An error that has one already, or has none, is returned as it is.
func classify(err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) || errors.Is(err, ErrNotFound) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if errors.Is(err, errPoolClosed) || errors.Is(err, sql.ErrConnDone) {
		return &Error{Kind: ErrUnavailable, Cause: err}
	}
	constraint, kind := sqliteKind(err)
	if kind == nil {
		constraint, kind = postgresKind(err)
	}
	if kind == nil {
		return err
	}
	return &Error{Kind: kind, Constraint: constraint, Cause: err}
}

// unknown marks the error of a COMMIT whose outcome cannot be known from it.
func unknown(err error) error {
	if errors.Is(err, ErrUnknownCommit) {
		return err
	}
	return &Error{Kind: ErrUnknownCommit, Cause: classify(err)}
}
