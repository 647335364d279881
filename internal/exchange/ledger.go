package exchange

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// LedgerFormat names the form of an exported ledger; docs/guide/ledger-format.md describes it.
const LedgerFormat = "verno-ledger/1"

// ledgerPage is how many batches of the log are read at once.
const ledgerPage = 64

// ledgerExport is an export on its way.
type ledgerExport struct {
	reader   *store.Reader
	tenant   verno.TenantID
	out      *bufio.Writer
	line     []byte
	events   int64
	progress func(events, of int64)
	of       int64
}

// ExportLedger writes the sealed log with all entries as NDJSON: a header, then a line an event in the order of the log,
// and last what is not sealed yet. It reads in pages, so that it holds up nobody and needs no memory for a long history;
// what is committed while it runs may or may not be in it, as part of the tail. Progress may be nil. It returns how many
// events it wrote.
func ExportLedger(ctx context.Context, r *store.Reader, tenant verno.TenantID, w io.Writer, progress func(events, of int64)) (int64, error) {
	x := &ledgerExport{reader: r, tenant: tenant, out: bufio.NewWriterSize(w, 1<<16), progress: progress}
	c, err := r.LatestCheckpoint(ctx, tenant)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	x.of = c.Size
	keys, unread := r.TenantKeys(ctx, tenant)
	if unread != nil {
		return 0, unread
	}
	if err := x.header(&c, err == nil, keys); err != nil {
		return 0, err
	}
	if err := x.sealed(ctx, 0, c.Size); err != nil {
		return x.events, fmt.Errorf("export the sealed log: %w", err)
	}
	// The sealer may number what comes after at any moment, so the tail is read from one state of the database.
	err = r.Snapshot(ctx, func(r *store.Reader) error {
		x.reader = r
		if err := x.sealed(ctx, c.Size, 1<<62); err != nil {
			return err
		}
		return x.unsealed(ctx)
	})
	if err != nil {
		return x.events, fmt.Errorf("export the tail of the log: %w", err)
	}
	return x.events, x.out.Flush()
}

type ledgerHeader struct {
	Format     string            `json:"format"`
	Tenant     verno.TenantID    `json:"tenant"`
	Checkpoint *ledgerCheckpoint `json:"checkpoint"` // null where nothing is sealed yet
	Keys       []ledgerKey       `json:"keys"`       // with which checkpoints were signed, oldest first
}

// ledgerKey is the public part of a signing key. Hash is what signatures call it: four bytes in hex.
type ledgerKey struct {
	Version int64  `json:"version"`
	Hash    string `json:"hash"`
	Public  []byte `json:"public"`
}

type ledgerCheckpoint struct {
	Size int64     `json:"size"`
	Root string    `json:"root"`
	At   time.Time `json:"at"`
	Note string    `json:"note"`
}

func (x *ledgerExport) header(c *store.Checkpoint, sealed bool, keys []store.TenantKey) error {
	h := ledgerHeader{Format: LedgerFormat, Tenant: x.tenant, Keys: []ledgerKey{}}
	if sealed {
		h.Checkpoint = &ledgerCheckpoint{Size: c.Size, Root: hex.EncodeToString(c.Root), At: verno.FromMicros(c.At), Note: c.Note}
	}
	for i := range keys {
		if public := keys[i].Public; len(public) == ed25519.PublicKeySize {
			sum := sha256.Sum256(append([]byte("verno/"+x.tenant.String()+"\n\x01"), public...))
			h.Keys = append(h.Keys, ledgerKey{keys[i].Version, hex.EncodeToString(sum[:4]), public})
		}
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	_, err = x.out.Write(append(text, '\n'))
	return err
}

// sealed writes the events from one number up to another, which is not included.
func (x *ledgerExport) sealed(ctx context.Context, from, until int64) error {
	for from < until {
		batches, err := x.reader.BatchesFrom(ctx, x.tenant, from, ledgerPage)
		if err != nil {
			return err
		}
		if len(batches) == 0 || batches[len(batches)-1].FirstSeq+batches[len(batches)-1].Count <= from {
			return nil
		}
		if err := x.batches(ctx, batches, from, until); err != nil {
			return err
		}
		last := &batches[len(batches)-1]
		from = last.FirstSeq + last.Count
	}
	return nil
}

// unsealed writes the events that have no number yet.
func (x *ledgerExport) unsealed(ctx context.Context) error {
	for after := (verno.BatchID{}); ; {
		batches, err := x.reader.UnsealedAfter(ctx, x.tenant, after, ledgerPage)
		if err != nil || len(batches) == 0 {
			return err
		}
		if err := x.batches(ctx, batches, -1, 1<<62); err != nil {
			return err
		}
		after = batches[len(batches)-1].ID
	}
}

// batches writes the events of batches, as far as their numbers are within the bounds.
func (x *ledgerExport) batches(ctx context.Context, batches []store.Batch, from, until int64) error {
	var events []store.EventRow
	var leaves [][]byte
	for i := range batches {
		b := &batches[i]
		list, err := x.reader.EventsOf(ctx, b)
		if err != nil {
			return err
		}
		for _, e := range list {
			if at := int(e.Ordinal) * 32; e.Seq >= from && e.Seq < until && len(b.Leaves) >= at+32 {
				events = append(events, e)
				leaves = append(leaves, b.Leaves[at:at+32])
			}
		}
	}
	entries, err := x.entries(ctx, events)
	if err != nil {
		return err
	}
	for i := range events {
		if err := x.event(&events[i], leaves[i], entries[i]); err != nil {
			return err
		}
	}
	x.events += int64(len(events))
	if x.progress != nil {
		x.progress(x.events, max(x.of, x.events))
	}
	return nil
}

// mention is what an event says of the receipt or entry that it is about.
type mention struct {
	Subject string        `json:"subject"`
	Entry   verno.EntryID `json:"entry"`
}

// entries finds the entries of events; nil for an event that moved no value.
func (x *ledgerExport) entries(ctx context.Context, events []store.EventRow) ([]*store.LoggedEntry, error) {
	var receipts []verno.ReceiptID
	var others []verno.EntryID
	receiptAt, entryAt := map[verno.ReceiptID]int{}, map[verno.EntryID]int{}
	for i := range events {
		var m mention
		if err := json.Unmarshal([]byte(events[i].Body), &m); err != nil {
			return nil, fmt.Errorf("event %d: %w", events[i].Seq, err)
		}
		isReceipt := events[i].Kind == verno.EventReceiptCommitted || events[i].Kind == verno.EventReceiptReturned
		id, err := verno.ParseID[verno.ReceiptID](m.Subject)
		switch {
		case isReceipt && err == nil:
			receipts = append(receipts, id)
			receiptAt[id] = i
		case !m.Entry.IsZero():
			if _, named := entryAt[m.Entry]; !named {
				others = append(others, m.Entry)
				entryAt[m.Entry] = i
			}
		}
	}
	out := make([]*store.LoggedEntry, len(events))
	err := x.reader.LoggedEntries(ctx, x.tenant, receipts, others, func(e store.LoggedEntry) {
		if at, ok := receiptAt[e.Receipt]; ok && !e.Receipt.IsZero() {
			out[at] = &e
		} else if at, ok := entryAt[e.ID]; ok {
			out[at] = &e
		}
	})
	return out, err
}

// event writes one line. The event's and the postings' canonical JSON stand in it as they are, byte for byte, because
// their hashes are of these bytes.
func (x *ledgerExport) event(e *store.EventRow, leaf []byte, entry *store.LoggedEntry) error {
	b := x.line[:0]
	b = append(b, `{"seq":`...)
	if e.Seq < 0 {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, e.Seq, 10)
	}
	b = append(b, `,"leaf":"`...)
	b = hex.AppendEncode(b, leaf)
	b = append(b, `","event":`...)
	b = append(b, e.Body...)
	if entry != nil && !entry.Receipt.IsZero() {
		b = append(b, `,"receipt":{"id":"`...)
		b = entry.Receipt.AppendBytes(b)
		b = append(b, `","number":`...)
		number, err := json.Marshal(entry.Number)
		if err != nil {
			return err
		}
		b = append(b, number...)
		if !entry.Parent.IsZero() {
			b = append(b, `,"parent":"`...)
			b = entry.Parent.AppendBytes(b)
			b = append(b, '"')
		}
		b = append(b, '}')
	}
	if entry != nil && entry.Postings != "" {
		b = append(b, `,"entry":{"id":"`...)
		b = entry.ID.AppendBytes(b)
		b = append(b, `","kind":"`...)
		b = append(b, entry.Kind...)
		b = append(b, `","at":`...)
		b = strconv.AppendInt(b, entry.At, 10)
		b = append(b, `,"postings":`...)
		b = append(b, entry.Postings...)
		b = append(b, '}')
	}
	b = append(b, "}\n"...)
	x.line = b
	_, err := x.out.Write(x.line)
	return err
}
