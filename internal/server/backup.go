package server

import (
	"context"

	"github.com/verno-loyalty/verno/internal/store"
)

// Backup copies the database, running or not, into a file. The key-encryption keys are not in it.
func Backup(ctx context.Context, c Config, path string, progress func(done, total int64)) error {
	st, err := store.Open(ctx, c.DB, store.Options{Weak: c.Weak})
	if err != nil {
		return err
	}
	defer st.Close()
	return st.Backup(ctx, path, progress)
}

// Restore fills an empty database from a backup.
func Restore(ctx context.Context, c Config, path string) error { return store.Restore(ctx, path, c.DB) }
