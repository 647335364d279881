package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestOpenRefusesNames: a typing error in the name of a database must not become an empty SQLite file.
func TestOpenRefusesNames(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"", "sqlite:", ":memory:", "file:x.db", "mysql://localhost/x", "postgres:///x?port=none", filepath.Join(t.TempDir(), "no", "folder.db")} {
		if s, err := store.Open(t.Context(), dsn, store.Options{}); err == nil {
			t.Errorf("%q was opened", dsn)
			s.Close()
		}
	}
	for dsn, want := range map[string]store.Engine{"verno.db": store.SQLite, "sqlite:a b.db": store.SQLite, "postgresql://h/d": store.PostgreSQL} {
		if got, err := store.EngineOf(dsn); got != want || err != nil {
			t.Errorf("%q is %v, %v", dsn, got, err)
		}
	}
}

// TestSQLiteFile: the file may have any name and is for its owner only, as are its log and index.
func TestSQLiteFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b?c=%41#d ключ.db")
	s := storetest.Open(t, "sqlite:"+path)
	if _, err := s.MigrateWith(t.Context(), things, now); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

// TestSQLiteSettings reads what every kind of connection really has.
func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.DSNWith(t, store.SQLite, things))
	pragma := func(r *store.Reader, name string) string {
		var v any
		if err := r.QueryRow(t.Context(), `PRAGMA `+name).Scan(&v); err != nil {
			t.Error(err)
		}
		return fmt.Sprint(v)
	}
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "trusted_schema": "0", "wal_autocheckpoint": "0"}
	check := func(r *store.Reader, queryOnly string) {
		want["query_only"] = queryOnly
		for name, value := range want {
			if got := pragma(r, name); got != value {
				t.Errorf("%s is %s, want %s", name, got, value)
			}
		}
	}
	check(s.Reader(), "1")
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		check(tx.Reader, "0")
		_, err := tx.Exec(t.Context(), `INSERT INTO part (id, thing_id, rank) VALUES ($1, $1, 0)`, key(1))
		if err == nil {
			t.Error("a foreign key was not looked at")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNothingIsMeasured: SQLite plans by the shape of the schema, also after it was asked to look. Where it has samples of
// a table it plans a statement anew for every row of values that is bound to it, which costs more than to run it.
func TestNothingIsMeasured(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.DSNWith(t, store.SQLite, things))
	addThings(t, s, 100)
	if err := s.Analyze(t.Context()); err != nil {
		t.Fatal(err)
	}
	var indexes, known, samples int
	err := s.Reader().QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM sqlite_schema s JOIN pragma_index_list(s.name) WHERE s.type = 'table'),
		(SELECT COUNT(*) FROM sqlite_stat1 WHERE stat LIKE '1000% %'), (SELECT COUNT(*) FROM sqlite_stat4)`).
		Scan(&indexes, &known, &samples)
	if err != nil || indexes == 0 || known != indexes || samples != 0 {
		t.Errorf("of %d indexes %d are known, with %d samples, %v", indexes, known, samples, err)
	}
}

// TestSQLiteRefusesWithoutLog: a file that cannot have its write-ahead log is not opened, rather than used with less.
func TestSQLiteRefusesWithoutLog(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "verno.db")
	if err := os.Mkdir(path+"-wal", 0o700); err != nil {
		t.Fatal(err)
	}
	if s, err := store.Open(t.Context(), path, store.Options{}); err == nil {
		t.Error("opened without a log")
		s.Close()
	}
}

// TestTwoProcesses stands in for two of them with two stores on one database: both may write.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			dsn := storetest.DSNWith(t, e, things)
			a, b := storetest.Open(t, dsn), storetest.Open(t, dsn)
			addThings(t, a, 1)
			for range 20 {
				for _, s := range []*store.Store{a, b} {
					err := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
						h.Values(addCount).Bytes(key(0)).Int(1)
						return nil
					})
					if err != nil {
						t.Fatal(err)
					}
				}
			}
			if all := allThings(t, b); all[0].count != 50 {
				t.Errorf("counted %d", all[0].count)
			}
		})
	}
}

// TestClosed: a store that is closed says so to whoever still asks, and does not hang.
func TestClosed(t *testing.T) {
	t.Parallel()
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			s, err := store.Open(t.Context(), storetest.DSNWith(t, e, things), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			waiting := make(chan error, 2)
			err = s.Hot(t.Context(), 0, func(*store.HotTx) error {
				for range cap(waiting) {
					go func() {
						waiting <- s.Hot(context.WithoutCancel(t.Context()), 0, func(*store.HotTx) error { return nil })
					}()
				}
				return nil
			})
			if err := errors.Join(err, s.Close()); err != nil {
				t.Fatal(err)
			}
			for range cap(waiting) {
				if err := <-waiting; err != nil && !errors.Is(err, store.ErrUnavailable) {
					t.Errorf("a waiting group got %v", err)
				}
			}
			none := func(*store.Tx) error { return nil }
			if err := s.Write(t.Context(), none); err == nil {
				t.Error("wrote into a closed store")
			}
			if err := s.Hot(t.Context(), 0, func(*store.HotTx) error { return nil }); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("a group got %v", err)
			}
		})
	}
}

// TestPostgresRefusesWeakSettings starts servers that can lose what they acknowledge.
func TestPostgresRefusesWeakSettings(t *testing.T) {
	t.Parallel()
	c := storetest.NewCluster(t)
	for _, setting := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		if err := errors.Join(c.Stop(), c.Start(setting+"=off")); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), c.URL("postgres"), store.Options{})
		if !errors.Is(err, store.ErrWeak) || !strings.Contains(err.Error(), setting) {
			t.Errorf("%s=off: got %v", setting, err)
		}
		if err == nil {
			s.Close()
		}
		s, err = store.Open(t.Context(), c.URL("postgres"), store.Options{Weak: true})
		if err != nil {
			t.Errorf("%s=off was told to be well: %v", setting, err)
			continue
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestPostgresRefusesEncoding: texts of people do not fit in a database of another encoding.
func TestPostgresRefusesEncoding(t *testing.T) {
	t.Parallel()
	c := storetest.NewCluster(t)
	s := storetest.Open(t, c.URL("postgres"))
	if _, err := s.MigrateWith(t.Context(), things, now); err != nil {
		t.Fatal(err)
	}
	c.Execute(t, `CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`)
	if s, err := store.Open(t.Context(), c.URL("latin"), store.Options{}); err == nil || !strings.Contains(err.Error(), "LATIN1") {
		t.Errorf("got %v", err)
		if s != nil {
			s.Close()
		}
	}
}
