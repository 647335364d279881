package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
)

// Entry is an entry that is no receipt's.
type Entry struct {
	Tenant   verno.TenantID
	Owner    verno.OwnerID
	ID       verno.EntryID
	Kind     string
	Reason   string
	Actor    string
	Ref      []byte // what it is about, such as a hold, or of a top-up the till; nil for nothing
	At       int64
	Postings string // canonical
}

var putEntry = Insert("entry",
	"tenant bytea, owner_id bytea, id bytea, kind text, reason text, actor text, ref bytea, occurred_at bigint, postings text", "")

// PutEntry writes an entry beside the receipts.
func (p *Pipe) PutEntry(tenant verno.TenantID, owner verno.OwnerID, e *ledger.Entry, postings []byte, reason, actor string, ref []byte) {
	id := e.ID()
	p.Values(putEntry).Bytes(tenant[:]).Bytes(owner[:]).Bytes(id[:]).Text(e.Kind()).Text(reason).Text(actor).Bytes(ref).
		Int(verno.Micros(e.At())).Text(string(postings))
}

const entryColumns = `tenant, owner_id, id, kind, reason, actor, ref, occurred_at, postings`

func scanEntry(row Scanner) (e Entry, err error) {
	err = row.Scan(&e.Tenant, &e.Owner, &e.ID, &e.Kind, &e.Reason, &e.Actor, &e.Ref, &e.At, &e.Postings)
	return e, err
}

// Entry finds an entry that is no receipt's. It returns ErrNotFound where there is none.
func (r *Reader) Entry(ctx context.Context, tenant verno.TenantID, id verno.EntryID) (Entry, error) {
	return queryOne(ctx, r, scanEntry, `SELECT `+entryColumns+` FROM entry WHERE tenant = $1 AND id = $2`, tenant, id)
}

// EntriesOf lists an owner's entries that are no receipts', newest first, older than before (zero for the newest).
func (r *Reader) EntriesOf(ctx context.Context, tenant verno.TenantID, owner verno.OwnerID, before verno.EntryID, limit int) ([]Entry, error) {
	return queryAll(ctx, r, scanEntry, `SELECT `+entryColumns+` FROM entry
		WHERE tenant = $1 AND owner_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4`, tenant, owner, latest(before.Bytes()), limit)
}

// EntriesAfter walks all entries that are no receipts', in the order of their IDs.
func (r *Reader) EntriesAfter(ctx context.Context, tenant verno.TenantID, after verno.EntryID, limit int) ([]Entry, error) {
	return queryAll(ctx, r, scanEntry, `SELECT `+entryColumns+` FROM entry
		WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3`, tenant, after[:], limit)
}

// TopUps lists what was paid in at a till since a time, and what of it was given back, the oldest first.
func (r *Reader) TopUps(ctx context.Context, tenant verno.TenantID, terminal verno.TerminalID, since time.Time, limit int) ([]Entry, error) {
	return queryAll(ctx, r, scanEntry, `SELECT `+entryColumns+` FROM entry
		WHERE tenant = $1 AND id >= $2 AND kind IN ('top_up', 'certificate', 'certificate_return') AND ref = $3 ORDER BY id LIMIT $4`, tenant, firstOf(since), terminal, limit)
}

// latest is a key above all others where none is given.
func latest(id []byte) []byte {
	if id != nil {
		return id
	}
	return []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
}
