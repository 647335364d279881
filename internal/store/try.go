package store

import (
	"context"
	"errors"
)

// Try runs fn as a part of the transaction that can fail alone: what it wrote is undone where it returns an error, and
// the transaction goes on. So one bad row of many leaves no trace. Nothing may be queued in Bulk when it is called.
func (tx *Tx) Try(ctx context.Context, fn func() error) error {
	if _, err := tx.Exec(ctx, `SAVEPOINT try`); err != nil {
		return err
	}
	err := fn()
	if tx.bulk != nil {
		if err == nil {
			err = tx.bulk.Flush(ctx)
		} else {
			tx.bulk.take()
		}
	}
	if err != nil {
		if _, undo := tx.Exec(ctx, `ROLLBACK TO SAVEPOINT try`); undo != nil {
			return errors.Join(err, undo)
		}
	}
	if _, release := tx.Exec(ctx, `RELEASE SAVEPOINT try`); release != nil {
		return errors.Join(err, release)
	}
	return err
}
