package store

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Moved is a receipt or another entry, as an owner's timeline shows it.
type Moved struct {
	ID       [16]byte // of the receipt or the entry
	Receipt  bool
	Kind     string // sale, return, adjustment, …
	Reason   string // of an entry
	Actor    string // of an entry
	Store    verno.StoreID
	Number   string // the till's own, of a receipt
	Currency money.Currency
	Gross    money.Amount
	Payable  money.Amount
	At       int64  // µs
	Postings string // canonical; empty where nothing moved
}

// Timeline lists what was bought and what moved, of one owner, newest first, below an ID (nil for the newest). Receipts
// and entries have IDs of one clock, so that they merge by them.
func (r *Reader) Timeline(ctx context.Context, tenant verno.TenantID, owner verno.OwnerID, below []byte, limit int) ([]Moved, error) {
	return queryAll(ctx, r, func(row Scanner) (m Moved, err error) {
		err = row.Scan(&m.ID, &m.Receipt, &m.Kind, &m.Reason, &m.Actor, &m.Store, &m.Number, &m.Currency, &m.Gross,
			&m.Payable, &m.At, &m.Postings)
		return m, err
	}, `SELECT id, 1 AS receipt, kind, '' AS reason, '' AS actor, store_id, number, currency, gross, payable,
		occurred_at AS at, postings FROM receipt WHERE tenant = $1 AND owner_id = $2 AND id < $3
		UNION ALL SELECT id, 0, kind, reason, actor, NULL, '', '', 0, 0, occurred_at, postings FROM entry
		WHERE tenant = $1 AND owner_id = $2 AND id < $3
		ORDER BY id DESC LIMIT $4`, tenant, owner, latest(below), limit)
}
