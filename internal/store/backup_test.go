package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestBackupAndRestore copies a database that is being written to; what comes back is one state of it.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 2000)
		ctx, stop := context.WithCancel(t.Context())
		var writing sync.WaitGroup
		writing.Go(func() {
			// All things count the same in every committed state.
			for ctx.Err() == nil {
				err := s.WriteLow(t.Context(), func(tx *store.Tx) error {
					_, err := tx.Exec(t.Context(), `UPDATE thing SET count = count + 1`)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		path := filepath.Join(t.TempDir(), "verno.backup")
		var last, whole int64
		err := s.Backup(t.Context(), path, func(done, total int64) { last, whole = done, total })
		stop()
		writing.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if last == 0 || s.Engine() == store.SQLite && last != whole {
			t.Errorf("progress ended at %d of %d", last, whole)
		}
		if err := s.Backup(t.Context(), path, nil); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("a backup was overwritten: %v", err)
		}
		target := storetest.Empty(t, s.Engine())
		if err := store.Restore(t.Context(), path, target); err != nil {
			t.Fatal(err)
		}
		all := allThings(t, storetest.Open(t, target))
		if len(all) != 2000 {
			t.Errorf("%d things came back", len(all))
		}
		for _, one := range all {
			if one.count != all[0].count {
				t.Fatalf("%v and %v are of two states", one, all[0])
			}
		}
		if err := store.Restore(t.Context(), path, target); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("a database was overwritten: %v", err)
		}
	})
}

// TestRestoreRefuses what is no backup, or a damaged one, and leaves the target as it was.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 500)
		folder := t.TempDir()
		whole := filepath.Join(folder, "whole")
		if err := s.Backup(t.Context(), whole, nil); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(whole)
		if err != nil {
			t.Fatal(err)
		}
		target := storetest.Empty(t, s.Engine())
		for name, content := range map[string][]byte{"empty": {}, "text": []byte("this is no backup"), "cut": b[:len(b)/3]} {
			path := filepath.Join(folder, name)
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := store.Restore(t.Context(), path, target); err == nil {
				t.Errorf("%s was restored", name)
			}
		}
		if err := store.Restore(t.Context(), filepath.Join(folder, "nowhere"), target); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got %v", err)
		}
		if err := store.Restore(t.Context(), whole, target); err != nil {
			t.Errorf("the target was spoilt: %v", err)
		}
	})
}

// TestBackupStops when its caller does, and leaves no file behind.
func TestBackupStops(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 2000)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		folder := t.TempDir()
		if err := s.Backup(ctx, filepath.Join(folder, "b"), nil); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
			t.Errorf("left %v, %v", left, err)
		}
	})
}
