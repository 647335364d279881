package store

import (
	"context"
	"errors"
	"time"
)

// Tx is an ordinary transaction. It reads all that a Reader reads, and writes. It belongs to one goroutine, and one
// answer is read to its end before the next statement.
type Tx struct {
	*Reader
	bulk *HotTx
}

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	ctx, statement, values, err := tx.prepare(ctx, statement, args)
	if err != nil {
		return 0, err
	}
	result, err := tx.on.ExecContext(ctx, statement, values...)
	if err != nil {
		return 0, classify(err)
	}
	n, err := result.RowsAffected()
	return n, classify(err)
}

// Bulk is how to write many rows in an ordinary transaction, with what the tables offer to hot ones. It has to be
// flushed before what it wrote can be read; what is queued at the end of the transaction runs then.
func (tx *Tx) Bulk() *HotTx {
	if tx.bulk == nil {
		tx.bulk = &HotTx{Pipe: *newPipe(tx.engine.kind(), tx.engine.pipe(tx.conn))}
	}
	return tx.bulk
}

// maxTries bounds how often a transaction runs that others are in the way of.
const maxTries = 6

// Write runs fn in one transaction and commits it if fn returns nil. After a conflict fn runs again, so it has to be
// without effects of its own. It returns the error of fn as it is, ErrRetry after the last conflict, and
// ErrUnknownCommit if the answer to COMMIT was lost. On SQLite all writers share one connection, and Write takes turns
// with sales.
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) error {
	return s.write(ctx, false, fn)
}

// WriteLow is Write for jobs: on SQLite it waits while sales and people are waiting, but for no more than about 50 ms.
// A job keeps a transaction under 10 ms, as sales wait for it meanwhile.
func (s *Store) WriteLow(ctx context.Context, fn func(tx *Tx) error) error {
	return s.write(ctx, true, fn)
}

func (s *Store) write(ctx context.Context, low bool, fn func(tx *Tx) error) error {
	for try := 1; ; try++ {
		err := s.once(ctx, low, fn)
		if !errors.Is(err, ErrRetry) || errors.Is(err, ErrUnknownCommit) || try == maxTries {
			return err
		}
		s.counts.retries.Add(1)
		if err := pause(ctx, time.Millisecond<<try); err != nil {
			return err
		}
	}
}

func (s *Store) once(ctx context.Context, low bool, fn func(tx *Tx) error) error {
	conn, giveBack, err := s.engine.borrow(ctx, low)
	if err != nil {
		return classify(err)
	}
	defer giveBack()
	// The transaction itself ignores that the caller goes away: a COMMIT that is interrupted would be an unknown one.
	t, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return classify(err)
	}
	tx := &Tx{Reader: newReader(s.engine, t, conn, nil)}
	tx.quiet = s.engine.quiet()
	defer func() { _ = t.Rollback() }() // Without effect after COMMIT.
	if err := fn(tx); err != nil {
		return err
	}
	if tx.bulk != nil {
		if err := tx.bulk.Flush(ctx); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		if s.engine.undecided(err) {
			return unknown(err)
		}
		return classify(err)
	}
	s.counts.cold.Add(1)
	return nil
}

// pause waits unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
