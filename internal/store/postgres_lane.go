package store

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// restAfterRefusal is how long a lane leaves a server alone that did not take its connection.
	restAfterRefusal = 100 * time.Millisecond
	// rollbackPatience is how long a lane waits for a rollback before it drops the connection, which has the same effect.
	rollbackPatience = 2 * time.Second
)

// serverLane is the connection of one lane of hot transactions. It is made when it is needed and made anew after it
// broke, so a lane gets well as soon as the server does.
type serverLane struct {
	config *pgconn.Config
	counts *counters
	free   chan struct{} // holds one token
	tx     *HotTx
	conn   *pgconn.PgConn
	rests  atomic.Bool
	why    error // why it rests
	closed bool
}

func newServerLane(config *pgconn.Config, counts *counters) *serverLane {
	l := &serverLane{config: config, counts: counts, free: make(chan struct{}, 1)}
	l.free <- struct{}{}
	l.tx = newHotTx(PostgreSQL, l)
	return l
}

func (l *serverLane) use(ctx context.Context, fn func(h *HotTx) error) error {
	select {
	case <-l.free:
		defer func() { l.free <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := l.connect(ctx); err != nil {
		return err
	}
	return fn(l.tx)
}

func (l *serverLane) connect(ctx context.Context) error {
	switch {
	case l.closed:
		return errClosed
	case l.conn != nil && !l.conn.IsClosed():
		return nil
	case l.rests.Load():
		return l.why
	}
	conn, err := pgconn.ConnectConfig(ctx, l.config)
	if err != nil {
		l.why = classify(err)
		l.rests.Store(true)
		time.AfterFunc(restAfterRefusal, func() { l.rests.Store(false) })
		return l.why
	}
	l.conn = conn
	return nil
}

func (l *serverLane) exec(ctx context.Context, begin bool, queue []*Values, commit bool) error {
	l.counts.trips.Add(1)
	heard, err := pipeline(ctx, l.conn, begin, queue, commit)
	if err != nil && begin && !heard && l.conn.IsClosed() && ctx.Err() == nil && !errors.Is(err, ErrUnknownCommit) {
		// The server went away while the lane was idle, and nothing of this transaction has happened yet.
		if err := l.connect(ctx); err != nil {
			return err
		}
		_, err = pipeline(ctx, l.conn, begin, queue, commit)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == "0A000" || e.Code == "26000") {
		l.drop() // A migration changed what a prepared statement answers.
	}
	return classify(err)
}

func (l *serverLane) rollback() {
	if l.conn.IsClosed() || l.conn.TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), rollbackPatience)
	defer cancel()
	if _, err := l.conn.Exec(ctx, "ROLLBACK").ReadAll(); err != nil {
		l.drop()
	}
}

func (l *serverLane) drop() {
	ctx, cancel := context.WithTimeout(context.Background(), rollbackPatience)
	defer cancel()
	_ = l.conn.Close(ctx)
}

func (l *serverLane) close() {
	<-l.free
	if l.conn != nil {
		l.drop()
	}
	l.closed = true
	l.free <- struct{}{}
}

// The prepared statements of a connection are kept with it under this name.
const preparedStatements = "verno.prepared"

type preparedMap map[*Bulk]*pgconn.StatementDescription

var (
	inBinary = []int16{1}
	begin    = &Bulk{name: "verno_begin", postgres: "BEGIN"}
	commit   = &Bulk{name: "verno_commit", postgres: "COMMIT"}
)

// pipeline sends statements in one round trip, with BEGIN before and COMMIT after them where wanted. After an error the
// server skips the rest, COMMIT included. It reports whether the server was heard to begin.
func pipeline(ctx context.Context, conn *pgconn.PgConn, first bool, queue []*Values, last bool) (heard bool, err error) {
	prepared, err := prepare(ctx, conn, queue)
	if err != nil {
		return false, err
	}
	p := conn.StartPipeline(ctx)
	defer p.Close()
	if first {
		p.SendQueryStatement(prepared[begin], nil, nil, nil)
	}
	for _, v := range queue {
		p.SendQueryStatement(prepared[v.bulk], v.arrays, inBinary, inBinary)
	}
	if last {
		p.SendQueryStatement(prepared[commit], nil, nil, nil)
	}
	if err := p.Sync(); err != nil {
		return false, lost(err, last)
	}
	if first {
		if _, err := receive(p, nil); err != nil {
			return false, lost(err, last)
		}
	}
	for _, v := range queue {
		tag, err := receive(p, v.each)
		if err != nil {
			return true, lost(err, last)
		}
		v.affected = tag.RowsAffected()
	}
	if last {
		if tag, err := receive(p, nil); err != nil {
			return true, lost(err, last)
		} else if tag.String() != "COMMIT" {
			return true, errors.New("store: PostgreSQL answered COMMIT with " + tag.String())
		}
	}
	return true, nil
}

// prepare makes sure that a connection knows the statements.
func prepare(ctx context.Context, conn *pgconn.PgConn, queue []*Values) (preparedMap, error) {
	prepared, _ := conn.CustomData()[preparedStatements].(preparedMap)
	if prepared == nil {
		prepared = preparedMap{}
		for _, b := range []*Bulk{begin, commit} {
			description, err := conn.Prepare(ctx, b.name, b.postgres, nil)
			if err != nil {
				return nil, err
			}
			prepared[b] = description
		}
		conn.CustomData()[preparedStatements] = prepared
	}
	for _, v := range queue {
		if prepared[v.bulk] != nil {
			continue
		}
		description, err := conn.Prepare(ctx, v.bulk.name, v.bulk.postgres, nil)
		if err != nil {
			return nil, err
		}
		prepared[v.bulk] = description
	}
	return prepared, nil
}

// receive reads the answer to one statement of a pipeline.
func receive(p *pgconn.Pipeline, each func(Scanner) error) (pgconn.CommandTag, error) {
	answer, err := p.GetResults()
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	rows, ok := answer.(*pgconn.ResultReader)
	if !ok {
		return pgconn.CommandTag{}, errors.New("store: PostgreSQL skipped a statement")
	}
	row := Row{fields: rows.FieldDescriptions()}
	for rows.NextRow() {
		if each == nil {
			continue
		}
		row.raw = rows.Values()
		if err := each(row); err != nil {
			return pgconn.CommandTag{}, err
		}
	}
	return rows.Close()
}

// lost is the error of a pipeline; that of one with COMMIT may leave open whether it happened.
func lost(err error, last bool) error {
	if last && undecidedServer(err) {
		return unknown(err)
	}
	return err
}
