package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

// Reader reads, and has no way to write: outside of transactions its connections refuse to. What every table can be
// asked are methods on it, and a Tx embeds one, so that the same questions can be asked inside a transaction. It may be
// used by many at once unless it belongs to a transaction or a snapshot.
type Reader struct {
	engine engine
	on     querier
	conn   *sql.Conn // the one connection of a transaction or snapshot
	pool   *sql.DB   // otherwise, where to take one from
	quiet  bool      // statements must run to their end
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func newReader(e engine, on querier, conn *sql.Conn, pool *sql.DB) *Reader {
	return &Reader{engine: e, on: on, conn: conn, pool: pool}
}

// Engine tells which database this is.
func (r *Reader) Engine() Engine { return r.engine.kind() }

// Query asks for rows. The caller closes them, or reads them to their end.
func (r *Reader) Query(ctx context.Context, statement string, args ...any) (*Rows, error) {
	ctx, statement, values, err := r.prepare(ctx, statement, args)
	if err != nil {
		return nil, err
	}
	rows, err := r.on.QueryContext(ctx, statement, values...) //nolint:rowserrcheck // Rows.Err does.
	if err != nil {
		return nil, classify(err)
	}
	return &Rows{rows: rows}, nil
}

// QueryRow asks for one row; its Scan returns ErrNotFound if there is none.
func (r *Reader) QueryRow(ctx context.Context, statement string, args ...any) Scanner {
	rows, err := r.Query(ctx, statement, args...)
	return &oneRow{rows: rows, err: err}
}

// Pipe gives a pipe for bulk questions to fn; what fn has not flushed runs when it returns.
func (r *Reader) Pipe(ctx context.Context, fn func(p *Pipe) error) error {
	conn := r.conn
	if conn == nil {
		var err error
		if conn, err = r.pool.Conn(ctx); err != nil {
			return classify(err)
		}
		defer conn.Close()
	}
	p := newPipe(r.engine.kind(), r.engine.pipe(conn))
	if err := fn(p); err != nil {
		return err
	}
	return p.Flush(ctx)
}

// Snapshot lets fn see one state of the database however long it takes; inside a transaction or another snapshot there
// is none. On SQLite the write-ahead log grows for as long, so long readers go in chunks where they can.
func (r *Reader) Snapshot(ctx context.Context, fn func(r *Reader) error) error {
	if r.conn != nil {
		return errors.New("store: a snapshot is taken outside of transactions")
	}
	conn, err := r.pool.Conn(ctx)
	if err != nil {
		return classify(err)
	}
	defer conn.Close()
	opt := &sql.TxOptions{ReadOnly: true}
	if r.engine.kind() == PostgreSQL {
		opt.Isolation = sql.LevelRepeatableRead
	}
	tx, err := conn.BeginTx(ctx, opt)
	if err != nil {
		return classify(err)
	}
	defer func() { _ = tx.Rollback() }()
	return fn(newReader(r.engine, tx, conn, nil))
}

// prepare makes of a statement and its arguments what the engine takes. A statement on SQLite's writer is never
// interrupted, because an interrupt costs the connection with its cache and prepared statements; the context is looked
// at before it.
func (r *Reader) prepare(ctx context.Context, statement string, args []any) (context.Context, string, []any, error) {
	if r.engine.kind() == SQLite {
		statement = withoutRowLocks(statement)
	}
	values, err := plain(args)
	if err == nil && r.quiet {
		ctx, err = context.WithoutCancel(ctx), ctx.Err()
	}
	return ctx, statement, values, err
}

// queryOne reads one row with a table's scan function. It returns ErrNotFound if there is none.
func queryOne[T any](ctx context.Context, r *Reader, scan func(Scanner) (T, error), statement string, args ...any) (T, error) {
	return scan(r.QueryRow(ctx, statement, args...))
}

// queryAll reads all rows with a table's scan function.
func queryAll[T any](ctx context.Context, r *Reader, scan func(Scanner) (T, error), statement string, args ...any) ([]T, error) {
	rows, err := r.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// Rows are the answer to a question, row by row. Next closes them at their end.
type Rows struct {
	rows   *sql.Rows
	values []any // where database/sql puts a row
	dest   []any // pointers to values
	row    Row
	err    error
}

// Next goes to the next row and reports whether there is one.
func (r *Rows) Next() bool { return r.err == nil && r.rows.Next() }

// Scan copies the row's columns.
func (r *Rows) Scan(dest ...any) error {
	r.err = r.scan(dest)
	return r.err
}

func (r *Rows) scan(dest []any) error {
	if r.dest == nil {
		columns, err := r.rows.Columns()
		if err != nil {
			return classify(err)
		}
		n := len(columns)
		r.values, r.dest, r.row.values = make([]any, n), make([]any, n), make([]driver.Value, n)
		for i := range r.values {
			r.dest[i] = &r.values[i]
		}
	}
	if err := r.rows.Scan(r.dest...); err != nil {
		return classify(err)
	}
	for i, v := range r.values {
		r.row.values[i] = v
	}
	return r.row.Scan(dest...)
}

// Err is why Next returned false, nil at the end of the rows.
func (r *Rows) Err() error {
	if r.err != nil {
		return r.err
	}
	return classify(r.rows.Err())
}

// Close gives up the rest of the rows.
func (r *Rows) Close() error { return classify(r.rows.Close()) }

// oneRow is the first row of an answer.
type oneRow struct {
	rows *Rows
	err  error
}

// Scan copies the row's columns and closes the answer.
func (r *oneRow) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return ErrNotFound
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}
