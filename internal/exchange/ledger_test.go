package exchange_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/verno-loyalty/verno/internal/exchange"
	"github.com/verno-loyalty/verno/internal/store"
)

// exported is a line of an exported ledger, as somebody reads it who has only the description.
type exported struct {
	Seq     *int64          `json:"seq"`
	Leaf    string          `json:"leaf"`
	Event   json.RawMessage `json:"event"`
	Receipt *struct {
		ID, Number, Parent string
	} `json:"receipt"`
	Entry *struct {
		ID       string          `json:"id"`
		Kind     string          `json:"kind"`
		At       int64           `json:"at"`
		Postings json.RawMessage `json:"postings"`
	} `json:"entry"`
}

// ledger exports and reads the ledger again, checking what can be checked without Verno: hashes, sums, the tree.
func (b *bundle) ledger() (sealed, tail int, entries int) {
	b.t.Helper()
	var out bytes.Buffer
	n, err := exchange.ExportLedger(b.ctx, b.store.Reader(), b.actor.Tenant, &out, nil)
	b.must(err)
	lines := bufio.NewScanner(&out)
	lines.Buffer(nil, 1<<20)
	lines.Scan()
	var head struct {
		Format, Tenant string
		Checkpoint     *struct {
			Size int64
			Root string
		}
	}
	b.must(json.Unmarshal(lines.Bytes(), &head))
	b.equal("header", []any{head.Format, head.Tenant}, []any{exchange.LedgerFormat, b.actor.Tenant})
	tree := &memoryTree{}
	for lines.Scan() {
		var e exported
		b.must(json.Unmarshal(lines.Bytes(), &e))
		leaf := sha256.Sum256(append([]byte{0}, e.Event...))
		if hex.EncodeToString(leaf[:]) != e.Leaf {
			b.t.Fatalf("the leaf is not the event's: %s", lines.Text())
		}
		if e.Seq == nil {
			tail++
		} else {
			if *e.Seq != int64(sealed) || tail > 0 {
				b.t.Fatalf("number %d after %d sealed and %d others", *e.Seq, sealed, tail)
			}
			sealed++
			b.must(tree.add(leaf[:]))
		}
		if b.checkEntry(&e, head.Tenant) {
			entries++
		}
	}
	if int64(sealed+tail) != n {
		b.t.Errorf("%d events, said to be %d", sealed+tail, n)
	}
	if head.Checkpoint == nil {
		return sealed, tail, entries
	}
	root, err := tlog.TreeHash(head.Checkpoint.Size, tree)
	b.must(err)
	b.equal("root", hex.EncodeToString(root[:]), head.Checkpoint.Root)
	return sealed, tail, entries
}

// checkEntry recomputes the hash that the event covers, and adds the postings up.
func (b *bundle) checkEntry(e *exported, tenant string) bool {
	b.t.Helper()
	var event struct{ Entry, Hash string }
	b.must(json.Unmarshal(e.Event, &event))
	if (e.Entry == nil) != (event.Entry == "") {
		b.t.Fatalf("an event with an entry stands without it: %s", e.Event)
	}
	if e.Entry == nil {
		return false
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d\n%s", e.Entry.ID, tenant, e.Entry.Kind, e.Entry.At, e.Entry.Postings))
	if hex.EncodeToString(sum[:]) != event.Hash || e.Entry.ID != event.Entry {
		b.t.Fatalf("the entry is not the event's: %s", e.Event)
	}
	var postings []struct {
		Unit   string
		Amount int64
	}
	b.must(json.Unmarshal(e.Entry.Postings, &postings))
	units := map[string]int64{}
	for _, p := range postings {
		units[p.Unit] += p.Amount
	}
	for unit, n := range units {
		if n != 0 {
			b.t.Errorf("entry %s is off by %d of %s", e.Entry.ID, n, unit)
		}
	}
	return true
}

// memoryTree keeps the hashes of a log.
type memoryTree struct{ hashes []tlog.Hash }

func (m *memoryTree) add(leaf []byte) error {
	n, err := tlog.StoredHashesForRecordHash(int64(m.size()), tlog.Hash(leaf), m)
	m.hashes = append(m.hashes, n...)
	return err
}

func (m *memoryTree) size() int {
	n := 0
	for tlog.StoredHashIndex(0, int64(n)) < int64(len(m.hashes)) {
		n++
	}
	return n
}

func (m *memoryTree) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, n := range at {
		out[i] = m.hashes[n]
	}
	return out, nil
}

// TestExportLedger: whoever has the exported ledger and its description can check every hash, every sum and the root of
// the log without Verno; what is not sealed yet comes last and without a number.
func TestExportLedger(t *testing.T) {
	t.Parallel()
	each(t, "GBP", "Europe/London", func(b *bundle) {
		b.shop(invoices(30))
		sealed, tail, entries := b.ledger()
		// 30 sales and 3 returns, of which all but the last returns' small sums move points.
		if sealed != 0 || tail < 33+30 || entries < 30 {
			b.t.Errorf("%d sealed, %d in the tail, %d entries", sealed, tail, entries)
		}
		all := tail
		_, err := b.sealer.Seal(b.ctx, func() time.Time { return now })
		b.must(err)
		sealed, tail, _ = b.ledger()
		b.equal("sealed", []int{sealed, tail}, []int{all, 0})
		b.shop("7777,A,Mug,2,2011-05-01 10:00:00,10.00,3,UK\n")
		sealed, tail, _ = b.ledger()
		b.equal("with a tail", []int{sealed, tail}, []int{all, 2})
	})
}

// TestExportBroken: a database that cannot be read is an error and never a short file.
func TestExportBroken(t *testing.T) {
	t.Parallel()
	each(t, "GBP", "Europe/London", func(b *bundle) {
		b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(b.ctx, `UPDATE event SET body = '' WHERE tenant = $1`, b.actor.Tenant)
			return err
		}))
		if _, err := exchange.ExportLedger(b.ctx, b.store.Reader(), b.actor.Tenant, &bytes.Buffer{}, nil); err == nil {
			b.t.Error("an event without a body was exported")
		}
	})
}
