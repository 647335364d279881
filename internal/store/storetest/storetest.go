// Package storetest gives tests a fresh, migrated database on every engine. PostgreSQL runs as a private cluster of the
// test process, in a temporary folder and with fsync on, and is gone when the process is.
//
// Environment:
//
//	VERNO_TEST_ENGINE=sqlite     leaves PostgreSQL out, for machines that have none
//	VERNO_TEST_PG=postgres://…   uses a running server, whose user may create databases, instead of a private cluster
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
)

// Each runs fn as a sub-test on every engine, each with a database of its own that has Verno's schema.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachWith(t, nil, fn)
}

// EachWith is Each with other migrations; nil means Verno's own.
func EachWith(t *testing.T, files fs.FS, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	for _, e := range Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			fn(t, Open(t, DSNWith(t, e, files)))
		})
	}
}

// Engines are the engines to test: both, unless the environment says otherwise.
func Engines(tb testing.TB) []store.Engine {
	tb.Helper()
	switch name := os.Getenv("VERNO_TEST_ENGINE"); name {
	case "":
		return []store.Engine{store.SQLite, store.PostgreSQL}
	case store.SQLite.String():
		return []store.Engine{store.SQLite}
	case store.PostgreSQL.String():
		return []store.Engine{store.PostgreSQL}
	default:
		tb.Fatalf("VERNO_TEST_ENGINE=%s: want sqlite, postgres or nothing", name)
		return nil
	}
}

// Open opens a database and closes it at the end of the test.
func Open(tb testing.TB, dsn string) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), dsn, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close the store: %v", err)
		}
	})
	return s
}

// DSN makes a fresh database with Verno's schema and returns its name, as the command line takes it.
func DSN(tb testing.TB, e store.Engine) string {
	tb.Helper()
	return DSNWith(tb, e, nil)
}

// DSNWith is DSN with other migrations; nil means Verno's own.
func DSNWith(tb testing.TB, e store.Engine, files fs.FS) string {
	tb.Helper()
	if e == store.PostgreSQL {
		return postgresDSN(tb, files)
	}
	path := filepath.Join(tb.TempDir(), "verno.db")
	if err := os.WriteFile(path, migratedFile(tb, files), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// Empty makes a fresh database without any table.
func Empty(tb testing.TB, e store.Engine) string {
	tb.Helper()
	if e == store.PostgreSQL {
		return emptyPostgres(tb)
	}
	return filepath.Join(tb.TempDir(), "verno.db")
}

var migrated struct {
	sync.Mutex
	files map[string][]byte
}

// migratedFile is a SQLite file with a schema, made once in a process.
func migratedFile(tb testing.TB, files fs.FS) []byte {
	tb.Helper()
	migrated.Lock()
	defer migrated.Unlock()
	key := fingerprint(tb, files)
	if migrated.files[key] == nil {
		path := filepath.Join(tb.TempDir(), "template.db")
		migrate(tb, path, files)
		b, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		if migrated.files == nil {
			migrated.files = map[string][]byte{}
		}
		migrated.files[key] = b
	}
	return migrated.files[key]
}

func migrate(tb testing.TB, dsn string, files fs.FS) {
	tb.Helper()
	ctx := context.WithoutCancel(tb.Context())
	s, err := store.Open(ctx, dsn, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	if files == nil {
		_, err = s.Migrate(ctx, time.Now())
	} else {
		_, err = s.MigrateWith(ctx, files, time.Now())
	}
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.Close(); err != nil {
		tb.Fatal(err)
	}
}

// fingerprint tells one set of migrations from another.
func fingerprint(tb testing.TB, files fs.FS) string {
	tb.Helper()
	if files == nil {
		return "verno"
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		tb.Fatal(err)
	}
	sum := sha256.New()
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			tb.Fatal(err)
		}
		fmt.Fprintf(sum, "%s\x00%s\x00", name, text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
