package store

import (
	"context"
	"fmt"
)

const (
	// walLong is the length of SQLite's write-ahead log from which a checkpoint makes the writer wait, so that the log
	// can begin anew. Up to it copying goes on beside the writer, who then never lets it finish.
	walLong = 16 << 20
	// walKept is the size that the log's file is cut down to when it begins anew: a file that need not grow again
	// makes commits cheaper.
	walKept = 64 << 20
)

// checkpoint copies the log into the database on the keeper's own connection. The writer is held up only when the log
// has become long, and then only for the few pages that were written since the copy.
func (f *file) checkpoint(ctx context.Context) error {
	length, err := f.copyLog(ctx, "PASSIVE")
	if err != nil || length < walLong {
		return err
	}
	if err := f.turns.take(ctx, coldTurn); err != nil {
		return err
	}
	defer f.turns.give()
	_, err = f.copyLog(ctx, "RESTART")
	return err
}

// copyLog runs a checkpoint and returns how many bytes of the log are in use. That some reader still needs them is no
// error: the next checkpoint goes on.
func (f *file) copyLog(ctx context.Context, mode string) (int64, error) {
	var busy, frames, copied, page int64
	err := f.keeper.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &frames, &copied)
	if err != nil {
		return 0, fmt.Errorf("store: checkpoint: %w", err)
	}
	if err := f.keeper.QueryRowContext(ctx, "PRAGMA page_size").Scan(&page); err != nil {
		return 0, fmt.Errorf("store: checkpoint: %w", err)
	}
	return frames * page, nil
}
