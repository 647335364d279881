package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestDiskFull: a full disk refuses writes as what it is, keeps nothing of them, and reading goes on.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.DSNWith(t, store.SQLite, things))
	addThings(t, s, 1)
	limit := func(statement string) {
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			var pages int64
			return tx.QueryRow(t.Context(), statement).Scan(&pages)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	many := func(h *store.HotTx) error {
		v := h.Values(claimThing)
		for i := range 1000 {
			v.Bytes(key(i + 1)).Int(1).Text(fmt.Sprint("many ", i)).Null()
		}
		return nil
	}
	limit(`PRAGMA max_page_count = 1`) // SQLite takes the size that the file has.
	if err := s.Hot(t.Context(), 0, many); !errors.Is(err, store.ErrFull) {
		t.Errorf("a group got %v", err)
	}
	if all := allThings(t, s); len(all) != 1 {
		t.Errorf("%d things", len(all))
	}
	limit(`PRAGMA max_page_count = 1000000`)
	if err := s.Hot(t.Context(), 0, many); err != nil {
		t.Error(err)
	}
}

// TestDiskFailsToSync runs this test in a process of its own, under a tracer that lets fsync fail: the error says that
// the process has to stop and that the outcome is unknown.
func TestDiskFailsToSync(t *testing.T) {
	if path := os.Getenv("VERNO_FSYNC_FAILS"); path != "" {
		untilSyncFails(t, path)
		return
	}
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("there is no strace to inject the fault with")
	}
	path := storetest.DSNWith(t, store.SQLite, things)
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, "-f", "-o", trace, "-e", "trace=fsync,fdatasync",
		"-e", "inject=fsync,fdatasync:error=EIO:when=30+", os.Args[0], "-test.run=^TestDiskFailsToSync$", "-test.v")
	cmd.Env = append(os.Environ(), "VERNO_FSYNC_FAILS="+path)
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "PTRACE") {
		t.Skipf("tracing is not allowed here: %s", out)
	}
	if err != nil || !strings.Contains(string(out), "the disk failed to sync") {
		t.Errorf("%v\n%s", err, out)
	}
}

func untilSyncFails(t *testing.T, path string) {
	s, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		err := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
			h.Values(claimThing).Bytes(key(i)).Int(1).Text(strconv.Itoa(i)).Null()
			return nil
		})
		if err == nil {
			continue
		}
		if errors.Is(err, store.ErrFsync) && errors.Is(err, store.ErrUnknownCommit) {
			fmt.Println("the disk failed to sync:", err)
			return
		}
		t.Fatal(err)
	}
	t.Fatal("the disk did not fail")
}

// journal is what the callers of a store remember outside of it.
type journal struct {
	mu           sync.Mutex
	tried        map[string]bool
	acknowledged map[string]bool
	progress     chan struct{} // gets something after a group was acknowledged
}

// sell writes things on a lane until the context ends.
func (j *journal) sell(ctx context.Context, t *testing.T, s *store.Store, lane int) {
	t.Helper()
	for i := 0; ctx.Err() == nil; i++ {
		name := fmt.Sprintf("lane %d thing %d", lane, i)
		err := s.Hot(t.Context(), lane, func(h *store.HotTx) error {
			h.Values(claimThing).Bytes([]byte(name)).Int(1).Text(name).Null()
			if i%2 == 0 {
				return h.Flush(t.Context())
			}
			return nil
		})
		j.mu.Lock()
		j.tried[name] = true
		j.acknowledged[name] = err == nil
		j.mu.Unlock()
		switch {
		case err == nil:
			select {
			case j.progress <- struct{}{}:
			default:
			}
		case !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrUnknownCommit):
			t.Errorf("a group got %v", err)
		}
	}
}

// TestPostgresKilled kills the server under load. Callers hear that it is unavailable, or that an outcome is unknown;
// the lanes come back by themselves; what was acknowledged is there.
func TestPostgresKilled(t *testing.T) {
	t.Parallel()
	c := storetest.NewCluster(t)
	s := storetest.Open(t, c.URL("postgres"))
	if _, err := s.MigrateWith(t.Context(), things, now); err != nil {
		t.Fatal(err)
	}
	j := &journal{tried: map[string]bool{}, acknowledged: map[string]bool{}, progress: make(chan struct{}, 1)}
	ctx, stop := context.WithCancel(t.Context())
	var selling sync.WaitGroup
	for lane := range s.Lanes() {
		selling.Go(func() { j.sell(ctx, t, s, lane) })
	}
	for kills := range 4 {
		for range 50 {
			<-j.progress
		}
		if kills == 3 {
			break
		}
		if err := errors.Join(c.Kill(), c.Start()); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	selling.Wait()
	for _, one := range allThings(t, s) {
		if !j.tried[one.name] {
			t.Errorf("%q was never written", one.name)
		}
		delete(j.acknowledged, one.name)
	}
	for name, yes := range j.acknowledged {
		if yes {
			t.Errorf("%q was acknowledged and is lost", name)
		}
	}
	if err := s.Write(t.Context(), func(*store.Tx) error { return nil }); err != nil {
		t.Errorf("ordinary writers did not come back: %v", err)
	}
}

// TestPostgresAway: while there is no server every way in says so at once.
func TestPostgresAway(t *testing.T) {
	t.Parallel()
	c := storetest.NewCluster(t)
	s := storetest.Open(t, c.URL("postgres"))
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		var n int
		for name, err := range map[string]error{
			"a reader": s.Reader().QueryRow(t.Context(), `SELECT 1`).Scan(&n),
			"a writer": s.Write(t.Context(), func(*store.Tx) error { return nil }),
			"a group":  s.Hot(t.Context(), 0, func(*store.HotTx) error { return nil }),
			"a pipe":   s.Reader().Pipe(t.Context(), func(*store.Pipe) error { return nil }),
		} {
			if !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%s got %v", name, err)
			}
		}
	}
	if s, err := store.Open(t.Context(), c.URL("postgres"), store.Options{}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("opened %v, %v", s, err)
	}
}

// TestIdleConnectionLost: a connection that broke while nobody used it costs nobody an error.
func TestIdleConnectionLost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		if s.Engine() != store.PostgreSQL {
			t.Skip("SQLite has no connection to lose")
		}
		addThings(t, s, 1)
		for range 3 {
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(t.Context(), `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
					WHERE datname = current_database() AND pid <> pg_backend_pid()`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			err = s.Hot(t.Context(), 0, func(h *store.HotTx) error {
				h.Values(lockThing).Bytes(key(0)).Each(func(store.Scanner) error { return nil })
				if err := h.Flush(t.Context()); err != nil {
					return err
				}
				h.Values(addCount).Bytes(key(0)).Int(1)
				return nil
			})
			if err != nil {
				t.Errorf("a group got %v", err)
			}
		}
		if all := allThings(t, s); all[0].count != 13 {
			t.Errorf("counted %d", all[0].count)
		}
	})
}

// diesAtCommit makes a server process end in the middle of the COMMIT of whoever writes a thing that counts 666.
var diesAtCommit = fstest.MapFS{
	"0001_things.sql": things["0001_things.sql"],
	"0002_dies.postgres.sql": {Data: []byte(`
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.count = 666 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); END IF;
	IF NEW.count = 667 THEN RAISE EXCEPTION 'refused at commit'; END IF;
	RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON thing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die();
`)},
}

// TestUnknownCommit: a connection that is lost during COMMIT leaves the outcome open, and the error says so; a COMMIT
// that is refused does not. Neither is tried again.
func TestUnknownCommit(t *testing.T) {
	t.Parallel()
	storetest.EachWith(t, diesAtCommit, func(t *testing.T, s *store.Store) {
		if s.Engine() != store.PostgreSQL {
			t.Skip("SQLite has no connection to lose")
		}
		for count, unknown := range map[int64]bool{666: true, 667: false} {
			runs := 0
			hot := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
				runs++
				h.Values(claimThing).Bytes(key(1)).Int(count).Text("x").Null()
				return nil
			})
			cold := s.Write(t.Context(), func(tx *store.Tx) error {
				runs++
				_, err := tx.Exec(t.Context(), `INSERT INTO thing (id, count, name) VALUES ($1, $2, 'x')`, key(1), count)
				return err
			})
			for _, err := range []error{hot, cold} {
				if err == nil || errors.Is(err, store.ErrUnknownCommit) != unknown {
					t.Errorf("%d: got %v", count, err)
				}
			}
			if runs != 2 {
				t.Errorf("%d: %d runs", count, runs)
			}
		}
		addThings(t, s, 1)
		if all := allThings(t, s); len(all) != 1 {
			t.Errorf("got %v", all)
		}
	})
}

// TestCheckpoint keeps the write-ahead log short under a load that never pauses.
func TestCheckpoint(t *testing.T) {
	t.Parallel()
	path := storetest.DSNWith(t, store.SQLite, things)
	s := storetest.Open(t, path)
	ctx, stop := context.WithCancel(t.Context())
	note := []byte(strings.Repeat("x", 2000))
	var writing sync.WaitGroup
	written := make(chan struct{})
	writing.Go(func() {
		defer close(written)
		for i := range 300 {
			err := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
				v := h.Values(claimThing)
				for j := range 100 {
					v.Bytes(fmt.Appendf(nil, "%d.%d", i, j)).Int(1).Text(fmt.Sprintf("%d.%d", i, j)).Bytes(note)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	longest := int64(0)
	for done := false; !done; {
		select {
		case <-written:
			done = true
		default:
			if err := s.Checkpoint(ctx); err != nil {
				t.Error(err)
				done = true
			}
		}
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		longest = max(longest, info.Size())
	}
	stop()
	writing.Wait()
	if longest > 64<<20 {
		t.Errorf("the log grew to %d MB", longest>>20)
	}
}
