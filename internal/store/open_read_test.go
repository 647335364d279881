package store_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestOpenReaderChangesNothing reads a database beside the store that writes it, and after that store is gone: it sees
// what was committed, writes nothing, and leaves the file as it was to the byte.
func TestOpenReaderChangesNothing(t *testing.T) {
	t.Parallel()
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			dsn := storetest.DSN(t, e)
			writer, err := store.Open(t.Context(), dsn, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			beside := openReader(t, dsn)
			if state, err := beside.Schema(t.Context()); err != nil || !state.Current() || state.Has == "" {
				t.Errorf("schema %+v, %v", state, err)
			}
			refuses(t, beside)
			if err := errors.Join(beside.Close(), writer.Close()); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(dsn)
			alone := openReader(t, dsn)
			if _, err := alone.Reader().Tenants(t.Context()); err != nil {
				t.Error(err)
			}
			path := filepath.Join(t.TempDir(), "copy")
			if err := errors.Join(alone.Backup(t.Context(), path, nil), alone.Close()); err != nil {
				t.Error(err)
			}
			if after, _ := os.ReadFile(dsn); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func openReader(t *testing.T, dsn string) *store.Store {
	t.Helper()
	s, err := store.OpenReader(t.Context(), dsn, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func refuses(t *testing.T, s *store.Store) {
	t.Helper()
	_, migrated := s.Migrate(t.Context(), now)
	for what, err := range map[string]error{
		"write":      s.Write(t.Context(), func(*store.Tx) error { return nil }),
		"low":        s.WriteLow(t.Context(), func(*store.Tx) error { return nil }),
		"hot":        s.Hot(t.Context(), 0, func(*store.HotTx) error { return nil }),
		"checkpoint": s.Checkpoint(t.Context()),
		"migrate":    migrated,
	} {
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.Reader().Query(t.Context(), `DELETE FROM tenant`); err == nil {
		t.Error("a reading connection deletes")
	}
}

// TestOpenReaderMakesNothing: what is not there is not made, and what is no database is called so.
func TestOpenReaderMakesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "verno.db")
	if _, err := store.OpenReader(t.Context(), path, store.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file was made")
	}
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, open := range map[string]func(context.Context, string, store.Options) (*store.Store, error){"Open": store.Open, "OpenReader": store.OpenReader} {
		if _, err := open(t.Context(), path, store.Options{}); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestSchemaState tells an empty database, another's and a newer one apart.
func TestSchemaState(t *testing.T) {
	t.Parallel()
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			dsn := storetest.Empty(t, e)
			empty := storetest.Open(t, dsn)
			if state, err := empty.Schema(t.Context()); err != nil || state.Has != "" || state.Wants == "" || state.Current() {
				t.Errorf("empty: %+v, %v", state, err)
			}
			other := storetest.Open(t, storetest.DSNWith(t, e, things))
			if _, err := other.Schema(t.Context()); !errors.Is(err, store.ErrSchema) {
				t.Errorf("another's: %v", err)
			}
		})
	}
}
