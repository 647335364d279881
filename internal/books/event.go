package books

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// appendEvent appends an event's canonical JSON: fields in a fixed order, empty ones left out, details by name. Its hash
// is the event's leaf in the log.
func appendEvent(b []byte, e *verno.Event) []byte {
	b = append(b, `{"kind":"`...)
	b = append(b, e.Kind...)
	b = append(b, `","at":`...)
	b = strconv.AppendInt(b, verno.Micros(e.At), 10)
	b = append(b, `,"tenant":"`...)
	b = e.Tenant.AppendBytes(b)
	b = append(b, '"')
	if !e.Owner.IsZero() {
		b = append(b, `,"owner":"`...)
		b = e.Owner.AppendBytes(b)
		b = append(b, '"')
	}
	b = appendQuoted(b, "subject", e.Subject)
	b = appendQuoted(b, "actor", e.Actor)
	if !e.Entry.IsZero() {
		b = append(b, `,"entry":"`...)
		b = e.Entry.AppendBytes(b)
		b = append(b, `","hash":"`...)
		b = hex.AppendEncode(b, e.Hash)
		b = append(b, '"')
	}
	if len(e.Detail) > 0 {
		b = append(b, `,"detail":{`...)
		names := make([]string, 0, len(e.Detail))
		for name := range e.Detail {
			names = append(names, name)
		}
		slices.Sort(names)
		for i, name := range names {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, name)
			b = append(b, ':')
			b = appendJSON(b, e.Detail[name])
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendQuoted(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return appendJSON(b, value)
}

func appendJSON(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x80 || c == '"' || c == '\\' {
			out, err := json.Marshal(s)
			if err != nil {
				panic("books: a text cannot be written: " + err.Error())
			}
			return append(b, out...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

type eventJSON struct {
	Kind    verno.EventKind   `json:"kind"`
	At      int64             `json:"at"`
	Tenant  verno.TenantID    `json:"tenant"`
	Owner   verno.OwnerID     `json:"owner"`
	Subject string            `json:"subject"`
	Actor   string            `json:"actor"`
	Entry   verno.EntryID     `json:"entry"`
	Hash    string            `json:"hash"`
	Detail  map[string]string `json:"detail"`
}

// ReadEvent reads a stored event.
func ReadEvent(row store.EventRow) (verno.Event, error) {
	var j eventJSON
	if err := json.Unmarshal([]byte(row.Body), &j); err != nil {
		return verno.Event{}, err
	}
	hash, err := hex.DecodeString(j.Hash)
	if err != nil {
		return verno.Event{}, err
	}
	return verno.Event{
		Tenant: j.Tenant, Seq: row.Seq, Kind: j.Kind, At: verno.FromMicros(j.At), Owner: j.Owner, Subject: j.Subject,
		Actor: j.Actor, Entry: j.Entry, Hash: hash, Detail: j.Detail,
	}, nil
}

// batchOf makes the rows of a batch of events and what moved on the programme's side.
func batchOf(tenant verno.TenantID, at time.Time, entropy io.Reader, events []verno.Event, totals map[ledger.Account]int64) (store.Batch, []store.EventRow) {
	b := store.Batch{
		Tenant: tenant, ID: verno.NewID[verno.BatchID](at, entropy), At: verno.Micros(at), Count: int64(len(events)),
		Leaves: make([]byte, 0, 32*len(events)), Totals: totalsText(totals), FirstSeq: -1,
	}
	rows := make([]store.EventRow, len(events))
	var body []byte
	for i := range events {
		body = appendEvent(body[:0], &events[i])
		leaf := store.Leaf(body)
		b.Leaves = append(b.Leaves, leaf[:]...)
		rows[i] = store.EventRow{Ordinal: int64(i), Kind: events[i].Kind, Owner: events[i].Owner, Body: string(body)}
	}
	return b, rows
}

// totalJSON is what one account on the programme's side gained or lost in a batch.
type totalJSON struct {
	Owner  verno.OwnerID     `json:"o"`
	Role   verno.AccountRole `json:"r"`
	Unit   verno.UnitID      `json:"u"`
	Amount int64             `json:"n"`
}

func totalsText(totals map[ledger.Account]int64) string {
	if len(totals) == 0 {
		return ""
	}
	list := make([]totalJSON, 0, len(totals))
	for a, n := range totals {
		list = append(list, totalJSON{a.Owner, a.Role, a.Unit, n})
	}
	out, err := json.Marshal(list)
	if err != nil {
		panic("books: totals cannot be written: " + err.Error())
	}
	return string(out)
}

// ReadTotals reads what a batch moved on the programme's side.
func ReadTotals(text string) ([]store.AccountTotal, error) {
	if text == "" {
		return nil, nil
	}
	var list []totalJSON
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, err
	}
	out := make([]store.AccountTotal, len(list))
	for i, t := range list {
		out[i] = store.AccountTotal{Account: ledger.Account{Owner: t.Owner, Role: t.Role, Unit: t.Unit}, Amount: t.Amount}
	}
	return out, nil
}

// Record appends events of one tenant inside an ordinary transaction, so that what moves no value is audited and sealed
// like what does. Times are filled in; the tenant must be.
func Record(ctx context.Context, tx *store.Tx, at time.Time, entropy io.Reader, events ...verno.Event) error {
	if len(events) == 0 {
		return nil
	}
	for i := range events {
		events[i].At = at
	}
	batch, rows := batchOf(events[0].Tenant, at, bufio.NewReaderSize(entropy, 16), events, nil)
	tx.Bulk().PutBatch(&batch, rows)
	return tx.Bulk().Flush(ctx)
}
