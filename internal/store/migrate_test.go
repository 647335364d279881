package store_test

import (
	"errors"
	"maps"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

func with(files fstest.MapFS, more map[string]string) fstest.MapFS {
	all := maps.Clone(files)
	for name, text := range more {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

// eachEmpty runs fn on every engine with a database that has no table.
func eachEmpty(t *testing.T, fn func(t *testing.T, dsn string, s *store.Store)) {
	t.Helper()
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			dsn := storetest.Empty(t, e)
			fn(t, dsn, storetest.Open(t, dsn))
		})
	}
}

// TestMigrateInSteps runs what is missing, an engine's own part after the common one, and nothing twice.
func TestMigrateInSteps(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, dsn string, s *store.Store) {
		if ran, err := s.MigrateWith(t.Context(), things, now); err != nil || len(ran) != 1 {
			t.Fatalf("%v, %v", ran, err)
		}
		addThings(t, s, 2)
		more := with(things, map[string]string{
			"0002_colour.sql":          `ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';`,
			"0002_colour.postgres.sql": `UPDATE thing SET colour = 'postgres';`,
			"0002_colour.sqlite.sql":   `UPDATE thing SET colour = 'sqlite';`,
			"0003_only.postgres.sql":   `UPDATE thing SET colour = colour || '!';`,
		})
		ran, err := s.MigrateWith(t.Context(), more, now)
		if err != nil || strings.Join(ran, " ") != "colour only" {
			t.Fatalf("%v, %v", ran, err)
		}
		want := map[store.Engine]string{store.SQLite: "sqlite", store.PostgreSQL: "postgres!"}[s.Engine()]
		var colour string
		if err := s.Reader().QueryRow(t.Context(), `SELECT MIN(colour) FROM thing`).Scan(&colour); err != nil || colour != want {
			t.Errorf("the colour is %q, want %q, %v", colour, want, err)
		}
		if ran, err := s.MigrateWith(t.Context(), more, now); err != nil || len(ran) != 0 {
			t.Errorf("ran %v again, %v", ran, err)
		}
		var applied int64
		err = s.Reader().QueryRow(t.Context(), `SELECT MAX(applied_at) FROM schema_migration`).Scan(&applied)
		if err != nil || applied != now.UnixMicro() {
			t.Errorf("applied at %d, %v", applied, err)
		}
		if s.Engine() == store.SQLite {
			copied := storetest.Open(t, dsn+".before-0002")
			if all := allThings(t, copied); len(all) != 2 {
				t.Errorf("the copy has %v", all)
			}
			if _, err := os.Stat(dsn + ".before-0001"); err == nil {
				t.Error("an empty database was copied")
			}
		}
	})
}

// TestMigrateRefuses: what does not fit is refused, and nothing is changed then.
func TestMigrateRefuses(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, _ string, s *store.Store) {
		two := with(things, map[string]string{"0002_more.sql": `CREATE TABLE more (id BIGINT PRIMARY KEY);`})
		if _, err := s.MigrateWith(t.Context(), two, now); err != nil {
			t.Fatal(err)
		}
		three := map[string]string{"0003_late.sql": `CREATE TABLE late (id BIGINT PRIMARY KEY);`}
		for name, c := range map[string]struct {
			files  fstest.MapFS
			schema bool
		}{
			"a database from the future":     {things, true},
			"an edited migration":            {with(two, map[string]string{"0002_more.sql": `CREATE TABLE more (id TEXT);`, "0003_late.sql": three["0003_late.sql"]}), true},
			"a renamed migration":            {with(things, map[string]string{"0002_other.sql": `CREATE TABLE more (id BIGINT PRIMARY KEY);`}), true},
			"a migration put in before":      {with(two, map[string]string{"0000_first.sql": ``}), true},
			"a wrong name":                   {with(two, map[string]string{"late.sql": ``}), false},
			"a number used twice":            {with(two, map[string]string{"0003_a.sql": ``, "0003_b.sql": ``}), false},
			"a script that fails at its end": {with(two, map[string]string{"0003_late.sql": three["0003_late.sql"] + `INSERT INTO late (id) VALUES (1); INSERT INTO nowhere VALUES (1);`}), false},
		} {
			ran, err := s.MigrateWith(t.Context(), c.files, now)
			if err == nil || errors.Is(err, store.ErrSchema) != c.schema || len(ran) != 0 {
				t.Errorf("%s: ran %v, got %v", name, ran, err)
			}
		}
		if ran, err := s.MigrateWith(t.Context(), with(two, three), now); err != nil || len(ran) != 1 {
			t.Errorf("afterwards ran %v, %v", ran, err)
		}
	})
}

// TestMigrateTogether: servers that start at the same moment run each migration once.
func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, dsn string, s *store.Store) {
		var wait sync.WaitGroup
		for _, s := range []*store.Store{s, storetest.Open(t, dsn), storetest.Open(t, dsn)} {
			wait.Go(func() {
				if _, err := s.MigrateWith(t.Context(), things, now); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		addThings(t, s, 1)
	})
}
