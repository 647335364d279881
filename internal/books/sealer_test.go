package books_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// sealer makes a sealer of a process of that name.
func (s *shop) sealer(name string) *books.Sealer {
	return books.NewSealer(s.store, name, func(context.Context, verno.TenantID) (ed25519.PrivateKey, error) { return s.key, nil })
}

// seal seals all there is and says how many events that was.
func (s *shop) seal() int64 {
	s.t.Helper()
	n, err := s.sealer("verno").Seal(s.ctx, s.clock)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// log is a reader's own copy of the log: what the events' bodies say, and nothing that the sealer wrote.
type log struct {
	hashes []tlog.Hash
	size   int64
}

func (l *log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		out[i] = l.hashes[n]
	}
	return out, nil
}

// follow reads the events that were sealed since, in order and without gaps.
func (l *log) follow(t failer, s *shop) {
	t.Helper()
	for {
		events, err := s.reader.Events(s.ctx, us, l.size-1, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Seq != l.size {
				t.Fatalf("event %d where %d is next", e.Seq, l.size)
			}
			made, err := tlog.StoredHashes(l.size, []byte(e.Body), l)
			if err != nil {
				t.Fatal(err)
			}
			l.hashes = append(l.hashes, made...)
			l.size++
		}
		if len(events) == 0 {
			return
		}
	}
}

type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// opened is what a checkpoint's note says once its signature was checked: size and root.
func (s *shop) opened(t failer, c store.Checkpoint) (size int64, root tlog.Hash) {
	t.Helper()
	name := "verno/" + us.String()
	key, err := note.NewEd25519VerifierKey(name, s.key.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open([]byte(c.Note), note.VerifierList(verifier))
	if err != nil {
		t.Fatalf("%v:\n%s", err, c.Note)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != name || lines[3] != "" {
		t.Fatalf("not a checkpoint:\n%s", n.Text)
	}
	if _, err := fmt.Sscan(lines[1], &size); err != nil {
		t.Fatal(err)
	}
	if root, err = tlog.ParseHash(lines[2]); err != nil {
		t.Fatal(err)
	}
	if size != c.Size || string(root[:]) != string(c.Root) {
		t.Fatalf("the note says %d %v, its row %d %x", size, root, c.Size, c.Root)
	}
	return size, root
}

// TestTheLogStandsUp seals random numbers of events again and again and checks all of it as a stranger would: the note's
// signature, the proof of every event, and that each checkpoint continues the one before.
func TestTheLogStandsUp(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		var l log
		size, root := int64(0), tlog.Hash{}
		rapid.Check(t, func(t *rapid.T) {
			if l.size > 1500 {
				return // Long enough.
			}
			batches := rapid.SliceOfN(rapid.SampledFrom([]int{1, 1, 2, 3, 100, 255, 257}), 1, 3).Draw(t, "events")
			want := int64(0)
			for _, n := range batches {
				want += int64(n)
				if err := s.store.Write(s.ctx, func(tx *store.Tx) error {
					events := make([]verno.Event, n)
					for i := range events {
						events[i] = verno.Event{Tenant: us, Kind: verno.EventAccess, Subject: strconv.Itoa(i), Detail: map[string]string{"b": "2 ☕", "a": `"<1>"`}}
					}
					return books.Record(s.ctx, tx, s.clock(), rand.Reader, events...)
				}); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := s.sealer("verno").Seal(s.ctx, s.clock); err != nil || got != want {
				t.Fatalf("sealed %d of %d: %v", got, want, err)
			}
			l.follow(t, s)
			c, err := s.reader.LatestCheckpoint(s.ctx, us)
			if err != nil {
				t.Fatal(err)
			}
			newSize, newRoot := s.opened(t, c)
			if own, err := tlog.TreeHash(l.size, &l); err != nil || newSize != l.size || own != newRoot {
				t.Fatalf("the checkpoint says %d %v, the events %d %v, %v", newSize, newRoot, l.size, own, err)
			}
			if size > 0 {
				proof, err := tlog.ProveTree(newSize, size, &l)
				if err != nil {
					t.Fatal(err)
				}
				if err := tlog.CheckTree(proof, newSize, newRoot, size, root); err != nil {
					t.Fatalf("from %d to %d: %v", size, newSize, err)
				}
			}
			size, root = newSize, newRoot
		})
		for seq := range l.size {
			proof, err := books.Prove(s.ctx, s.reader, us, seq)
			if err != nil {
				t.Fatal(err)
			}
			var path tlog.RecordProof
			for _, h := range proof.Hashes {
				path = append(path, tlog.Hash(h))
			}
			leaf := l.hashes[tlog.StoredHashIndex(0, seq)]
			if err := tlog.CheckRecord(path, size, root, seq, leaf); err != nil || tlog.Hash(proof.Leaf) != leaf || proof.Checkpoint.Size != size {
				t.Fatalf("event %d: %v", seq, err)
			}
		}
		for _, seq := range []int64{-1, l.size} {
			if _, err := books.Prove(s.ctx, s.reader, us, seq); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("a proof of event %d: %v", seq, err)
			}
		}
	})
}

// TestSealersTakeTurns: while tills sell, two sealers number what is committed; each event gets one number, without gaps,
// and the totals of the programme's accounts are what was posted.
func TestSealersTakeTurns(t *testing.T) {
	t.Parallel()
	each(t, books.Options{Group: 8}, func(t *testing.T, s *shop) {
		var tills, sealers sync.WaitGroup
		done := make(chan struct{})
		for till := range 8 {
			tills.Go(func() {
				for n := range 25 {
					s.must(earn(fmt.Sprint("earn ", till, " ", n), member(till), 10), spend(fmt.Sprint("spend ", till, " ", n), member(till), 3))
				}
			})
		}
		for n := range 2 {
			sealers.Go(func() {
				// The clock of one of them is an hour ahead, so that the lease changes hands.
				for {
					ahead := func() time.Time { return s.clock().Add(time.Duration(n) * time.Hour) }
					if _, err := s.sealer(fmt.Sprint("verno ", n)).Seal(s.ctx, ahead); err != nil {
						t.Error(err)
					}
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		tills.Wait()
		close(done)
		sealers.Wait()
		if _, err := s.sealer("the last").Seal(s.ctx, func() time.Time { return now.Add(9 * time.Hour) }); err != nil {
			t.Fatal(err)
		}
		var l log
		l.follow(t, s)
		if l.size != 400 {
			t.Errorf("%d events are sealed, want 400", l.size)
		}
		c, err := s.reader.LatestCheckpoint(s.ctx, us)
		if own, _ := tlog.TreeHash(l.size, &l); err != nil || string(own[:]) != string(c.Root) {
			t.Errorf("the latest checkpoint says %d %x, %v", c.Size, c.Root, err)
		}
		for account, want := range map[ledger.Account]int64{issuance: -2000, redemption: 600} {
			if got := s.total(account); got != want {
				t.Errorf("%s: %d, want %d", account.Role, got, want)
			}
		}
	})
}

// total is the balance of an account on the programme's side.
func (s *shop) total(a ledger.Account) (n int64) {
	s.t.Helper()
	row := s.reader.QueryRow(s.ctx, `SELECT balance FROM account WHERE tenant = $1 AND owner_id = $2 AND role = $3 AND unit_id = $4`,
		us, a.Owner, int64(a.Role), a.Unit)
	if err := row.Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// TestEventsAreTheirLeaves: what is stored of an event is what was hashed and what is read, and the hash of its entry is
// that of the entry that is stored.
func TestEventsAreTheirLeaves(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		w := earn("key", member(0), 5)
		w.Decide = func(p *books.Page) (books.Result, error) {
			p.Holding(member(0), points).Earn(p.Draft(), issuance, ledger.Lot{ID: p.NewLot(), ExpiresAt: ledger.Never}, 5, ledger.WhyEarn)
			entry, err := p.Post(member(0), "award", "", "", nil)
			p.Emit(verno.Event{
				Kind: verno.EventPointsAwarded, Owner: member(0), Subject: `"☕"`, Actor: "a\\b", Entry: entry.ID(),
				Detail: map[string]string{"z": "", "a": "\n\u2028\xff", `"`: "<b>"},
			})
			p.Emit(verno.Event{Kind: verno.EventAccess})
			return books.Result{}, err
		}
		s.must(w)
		batches, err := s.reader.Unsealed(s.ctx, us, 10)
		if err != nil || len(batches) != 1 || batches[0].Count != 2 {
			t.Fatalf("%+v, %v", batches, err)
		}
		events, err := s.reader.EventsOf(s.ctx, &batches[0])
		if err != nil || len(events) != 2 {
			t.Fatalf("%+v, %v", events, err)
		}
		for i, row := range events {
			leaf := store.Leaf([]byte(row.Body))
			if string(leaf[:]) != string(batches[0].Leaves[32*i:32*i+32]) {
				t.Errorf("event %d has another leaf", i)
			}
			if !json.Valid([]byte(row.Body)) || strings.Contains(row.Body, "\n") {
				t.Errorf("event %d is no JSON on a line: %q", i, row.Body)
			}
		}
		e, err := books.ReadEvent(events[0])
		if err != nil || e.Subject != `"☕"` || e.Actor != "a\\b" || e.Detail["a"] != "\n\u2028\ufffd" || e.Detail[`"`] != "<b>" || len(e.Detail) != 3 || e.Seq != -1 {
			t.Errorf("read as %+v, %v", e, err)
		}
		list, err := s.reader.EntriesOf(s.ctx, us, member(0), verno.EntryID{}, 10)
		if err != nil || len(list) != 1 || list[0].ID != e.Entry {
			t.Fatalf("%+v, %v", list, err)
		}
		hash := ledger.HashEntry(list[0].ID, us, list[0].Kind, verno.FromMicros(list[0].At), []byte(list[0].Postings))
		if string(hash[:]) != string(e.Hash) {
			t.Errorf("the event's hash is %x, the entry's %x", e.Hash, hash)
		}
		totals, err := books.ReadTotals(batches[0].Totals)
		if err != nil || len(totals) != 1 || totals[0] != (store.AccountTotal{Account: issuance, Amount: -5}) {
			t.Errorf("totals %+v, %v", totals, err)
		}
		if events[1].Body != fmt.Sprintf(`{"kind":"access.changed","at":%d,"tenant":%q}`, batches[0].At, us) {
			t.Errorf("an event with nothing to say: %s", events[1].Body)
		}
	})
}

// TestSealingGoesOn after it failed: nothing of what failed stays, and nothing is left out.
func TestSealingGoesOn(t *testing.T) {
	t.Parallel()
	each(t, books.Options{Group: 1}, func(t *testing.T, s *shop) {
		for n := range 150 { // More batches than are sealed at once.
			s.must(earn(fmt.Sprint("earn ", n), member(0), 1))
		}
		fails := 2
		broken := books.NewSealer(s.store, "verno", func(context.Context, verno.TenantID) (ed25519.PrivateKey, error) {
			if fails--; fails%2 == 0 {
				return nil, errors.New("no key")
			}
			return s.key, nil
		})
		n, err := broken.Seal(s.ctx, s.clock)
		if err == nil || n != 64 {
			t.Errorf("sealed %d, %v", n, err)
		}
		gone, cancel := context.WithCancel(s.ctx)
		cancel()
		if n, err := s.sealer("verno").Seal(gone, s.clock); err == nil || n != 0 {
			t.Errorf("sealed %d when nobody waits for it, %v", n, err)
		}
		if n := s.seal(); n != 150-64 {
			t.Errorf("sealed %d afterwards, want %d", n, 150-64)
		}
		if n := s.seal(); n != 0 {
			t.Errorf("sealed %d of nothing", n)
		}
		var l log
		l.follow(t, s)
		if l.size != 150 || s.total(issuance) != -150 {
			t.Errorf("%d events, %d points given out", l.size, s.total(issuance))
		}
	})
}
