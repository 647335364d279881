package server

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
)

// Backup copies the database, running or not, into a file, and notes in the database that it was copied, which the desk
// tells. The key-encryption keys are not in the file. A copy is as good where nothing can be written to its source, as to a
// standby; noted says whether it was.
func Backup(ctx context.Context, c Config, path string, progress func(done, total int64)) (noted bool, err error) {
	c.fill()
	at := c.Clock()
	st, err := look(ctx, &c)
	if err != nil {
		return false, err
	}
	if err := errors.Join(st.Backup(ctx, path, progress), st.Close()); err != nil {
		return false, err
	}
	return noteBackup(ctx, &c, path, at) == nil, nil
}

// noteBackup writes through a store of its own: the one that was copied from cannot write.
func noteBackup(ctx context.Context, c *Config, path string, at time.Time) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, c.DB, store.Options{Weak: c.Weak, PoolSize: 2, Lanes: 1})
	if err != nil {
		return err
	}
	err = st.Write(ctx, func(tx *store.Tx) error { return tx.InsertBackup(ctx, at, info.Size()) })
	return errors.Join(err, st.Close())
}

// Restore fills an empty database from a backup, after a look at whether the backup is whole, and brings it to this
// program's schema. The key-encryption key is tried where the backup is in place, so that nobody believes in a backup
// whose key is gone.
func Restore(ctx context.Context, c Config, path string) error {
	c.fill()
	if !c.WithoutKey {
		if _, err := c.keyring().read(); err != nil {
			return err
		}
	}
	switch err := store.Restore(ctx, path, c.DB); {
	case err == nil:
	case errors.Is(err, store.ErrNotEmpty), errors.Is(err, fs.ErrPermission), errors.Is(err, store.ErrFull),
		errors.Is(err, store.ErrUnavailable):
		return refusal(err, c.DB)
	case ctx.Err() != nil:
		return err
	default:
		return refuse("backup_damaged", err, "file", path)
	}
	st, err := store.Open(ctx, c.DB, store.Options{Weak: c.Weak, PoolSize: 2, Lanes: 1})
	if err != nil {
		return refusal(err, c.DB)
	}
	_, err = st.Migrate(ctx, c.Clock())
	return refusal(errors.Join(err, st.Close()), c.DB)
}
