package books_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// wire stands between Verno and PostgreSQL and can be cut at a COMMIT.
type wire struct {
	server string
	cut    atomic.Int32
}

const (
	whole         int32 = iota
	beforeCommit        // COMMIT does not arrive
	atCommit            // it arrives and nobody waits for it
	beforeItsWord       // it is done and the answer lost
)

// connect makes a wire to a database and returns the database's name through it.
func connect(t *testing.T, dsn string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{server: u.Host}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", w.server)
			if err != nil {
				_ = client.Close()
				continue
			}
			go w.carry(client, server)
		}
	}()
	u.Host = l.Addr().String()
	return w, u.String()
}

// cancelRequest is how the driver begins to tell the server to give up what it was doing, which a server that cannot be
// reached does not hear.
var cancelRequest = []byte{0, 0, 0, 16, 0x04, 0xd2, 0x16, 0x2e}

// carry passes on what each side says until one of them is silent or the wire is cut.
func (w *wire) carry(client, server net.Conn) {
	var deaf atomic.Bool
	go func() {
		defer server.Close()
		defer client.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := server.Read(buffer)
			if err != nil {
				return
			}
			if deaf.Load() {
				// The answer is read to its end and not passed on: a connection that is closed on unread data is reset,
				// and the server might not even read the COMMIT.
				_ = client.Close()
			} else if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	}()
	defer func() { _ = server.(*net.TCPConn).CloseWrite() }()
	buffer := make([]byte, 1<<20)
	for {
		n, err := client.Read(buffer)
		if err != nil || bytes.HasPrefix(buffer[:n], cancelRequest) {
			return
		}
		how := whole
		if bytes.Contains(buffer[:n], []byte("verno_commit\x00")) {
			how = w.cut.Swap(whole)
			for how != whole && !bytes.HasSuffix(buffer[:n], []byte("S\x00\x00\x00\x04")) {
				more, err := client.Read(buffer[n:])
				if err != nil {
					return
				}
				n += more
			}
		}
		if how == beforeCommit {
			_ = client.Close()
			return
		}
		deaf.Store(how != whole)
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
		if how == atCommit {
			_ = client.Close()
			return
		}
	}
}

// TestALostCommitIsFoundOut: whatever became of a COMMIT whose answer did not come, its operations learn it: also where
// the server is still busy with it.
func TestALostCommitIsFoundOut(t *testing.T) {
	t.Parallel()
	w, s, dsn := wired(t)
	for n, c := range []struct {
		cut  int32
		slow bool
		want bool
	}{{beforeItsWord, false, true}, {beforeCommit, false, false}, {atCommit, true, true}} {
		key := func(what string) string { return fmt.Sprint(what, " ", n) }
		s.must(earn(key("warm up"), member(0), 100))
		before := s.balance(member(0))
		if c.slow {
			// A COMMIT that takes its time, as one does that waits for a standby.
			run(t, dsn, `CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END'`)
			run(t, dsn, `CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON batch DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slowly()`)
		}
		invalid := work(key("invalid"), member(0), func(*books.Page, *ledger.Holding) error {
			w.cut.Store(c.cut) // The next COMMIT is that of this group.
			return verno.Invalid("invalid_request")
		})
		outs, errs := s.together(invalid, earn(key("earn"), member(0), 5), spend(key("too much"), member(0), 1000), spend(key("spend"), member(0), 3))
		if code(errs[0]) != "invalid_request" {
			t.Errorf("%d: what the COMMIT does not touch was answered with %v", n, errs[0])
		}
		switch {
		case c.want && (errs[1] != nil || code(errs[2]) != "insufficient_points" || errs[3] != nil || !outs[1].Replayed || s.balance(member(0)) != before+2):
			t.Errorf("%d: happened, and was answered with %v", n, errs)
		case !c.want && (code(errs[1]) != "storage_unavailable" || code(errs[2]) != "storage_unavailable" || s.balance(member(0)) != before || s.seen(key("earn"))):
			t.Errorf("%d: did not happen, and was answered with %v", n, errs)
		}
		if c.slow {
			run(t, dsn, `DROP TRIGGER slowly ON batch`)
		}
		s.must(earn(key("earn"), member(0), 5), earn(key("afterwards"), member(0), 1))
		if got := s.balance(member(0)); c.want && got != before+3 || !c.want && got != before+6 {
			t.Errorf("%d: balance %d, from %d", n, got, before)
		}
	}
}

// wired opens a shop whose hot transactions go over a wire.
func wired(t *testing.T) (*wire, *shop, string) {
	t.Helper()
	cluster := storetest.NewCluster(t)
	dsn := cluster.URL("postgres")
	w, through := connect(t, dsn)
	st, err := store.Open(t.Context(), through, store.Options{Lanes: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	if _, err := st.Migrate(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	return w, open(t, st, books.Options{}), dsn
}

// run runs a statement that no store would.
func run(t *testing.T, dsn, statement string) {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), statement)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// journal is what the callers were told, kept apart from the database.
type journal struct {
	sync.Mutex
	told map[string]string // by key: "" for applied, or a code
}

// TestAKilledServerLosesNothing kills PostgreSQL while tills sell, and starts it again, some times over. Nobody is told
// anything but what happened or that it is unknown; and afterwards what is unknown is found out by its key.
func TestAKilledServerLosesNothing(t *testing.T) {
	t.Parallel()
	cluster := storetest.NewCluster(t)
	st, err := store.Open(t.Context(), cluster.URL("postgres"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	if _, err := st.Migrate(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	s := open(t, st, books.Options{})
	j := &journal{told: map[string]string{}}
	load, stop := context.WithCancel(t.Context())
	var applied atomic.Int64
	var wait sync.WaitGroup
	for till := range 16 {
		wait.Go(func() { s.trade(load, j, till, &applied) })
	}
	for range 5 {
		// Some sales in peace, then the blow.
		for target := applied.Load() + 300; applied.Load() < target; {
			s.wait()
		}
		if err := errors.Join(cluster.Kill(), cluster.Start()); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	wait.Wait()
	s.audit(j)
}

// trade earns and spends one point after the other, each under a key of its own, and notes what it was told.
func (s *shop) trade(ctx context.Context, j *journal, till int, applied *atomic.Int64) {
	for n := 0; ctx.Err() == nil; n++ {
		key := fmt.Sprintf("%d %d", till, n)
		_, err := s.Do(s.ctx, earn(key, member(rand.IntN(20)), 1))
		if err == nil {
			applied.Add(1)
		}
		j.Lock()
		j.told[key] = code(err)
		j.Unlock()
	}
}

// wait waits for as long as an operation takes, whatever becomes of it.
func (s *shop) wait() {
	s.t.Helper()
	_, err := s.Do(s.ctx, earn(fmt.Sprint("wait ", s.ticks.Add(1)), member(50), 1))
	switch code(err) {
	case "", "storage_unavailable", "outcome_unknown", "overloaded":
	default:
		s.t.Fatal(err)
	}
}

// audit compares what was told with what is there.
func (s *shop) audit(j *journal) {
	s.t.Helper()
	counts := map[string]int{}
	happened := int64(0)
	for key, told := range j.told {
		counts[told]++
		seen := s.seen(key)
		switch {
		case told == "" && !seen:
			s.t.Errorf("%s was confirmed and is lost", key)
		case (told == "storage_unavailable" || told == "overloaded") && seen:
			s.t.Errorf("%s was told to have not happened, and did", key)
		case told != "" && told != "storage_unavailable" && told != "overloaded" && told != "outcome_unknown":
			s.t.Errorf("%s was told %s", key, told)
		}
		if seen {
			happened++
		}
	}
	sum := int64(0)
	for n := range 20 {
		sum += s.balance(member(n))
	}
	if sum != happened {
		s.t.Errorf("%d sales happened, and %d points were given", happened, sum)
	}
	s.t.Logf("told: %v", counts)
}
