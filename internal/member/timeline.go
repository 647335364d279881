package member

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Step is one thing that happened to a member's account: a purchase, a return, or anything else that moved value.
type Step struct {
	ID       [16]byte // of the receipt or the entry
	Receipt  bool     // a receipt; else an entry
	Kind     string   // sale, return, award, adjustment, expiry, …
	Reason   string   // of an entry
	Actor    string   // of an entry: who did it
	At       time.Time
	Store    verno.StoreID
	Number   string // the till's own number of a receipt
	Currency money.Currency
	Gross    money.Amount
	Payable  money.Amount
	Moves    []Move
}

// Move is what a step changed of one unit, and why.
type Move struct {
	Unit   verno.Unit
	Why    ledger.Why
	Amount int64
}

// Timeline lists what happened to a member, newest first, older than a step (nil for the newest): its purchases and
// returns, and all else that moved value, of those who were merged into it too.
func (r *Roll) Timeline(ctx context.Context, a verno.Actor, id verno.MemberID, before []byte, limit int) ([]Step, error) {
	if err := a.Require(reads); err != nil {
		return nil, err
	}
	m, err := resolve(ctx, r.Store.Reader(), a.Tenant, id)
	if err != nil {
		return nil, err
	}
	return r.timeline(ctx, m, before, page(limit))
}

func (r *Roll) timeline(ctx context.Context, m verno.Member, before []byte, limit int) ([]Step, error) {
	reader := r.Store.Reader()
	owners, err := ownersOf(ctx, reader, m)
	if err != nil {
		return nil, err
	}
	units, err := unitsOf(ctx, reader, m.Tenant)
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, owner := range owners {
		rows, err := reader.Timeline(ctx, m.Tenant, owner, before, limit)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			s, err := stepOf(&rows[i], owner, units)
			if err != nil {
				return nil, err
			}
			steps = append(steps, s)
		}
	}
	slices.SortFunc(steps, func(x, y Step) int { return bytes.Compare(y.ID[:], x.ID[:]) })
	return steps[:min(len(steps), limit)], nil
}

// ownersOf are the owners under which a member's history stands: its own and those of whoever was merged into it.
func ownersOf(ctx context.Context, r *store.Reader, m verno.Member) ([]verno.OwnerID, error) {
	list, err := r.MembersOf(ctx, m.Tenant, m.Owner)
	if err != nil {
		return nil, err
	}
	owners := []verno.OwnerID{m.Owner}
	for _, other := range list {
		if own := verno.MemberOwner(other.ID); own != m.Owner && (other.ID == m.ID || other.MergedInto == m.ID) {
			owners = append(owners, own)
		}
	}
	return owners, nil
}

// stepOf sums what a receipt or an entry moved on the owner's side, by unit and reason in the order of the postings.
func stepOf(row *store.Moved, owner verno.OwnerID, units map[verno.UnitID]verno.Unit) (Step, error) {
	s := Step{
		ID: row.ID, Receipt: row.Receipt, Kind: row.Kind, Reason: row.Reason, Actor: row.Actor, At: verno.FromMicros(row.At),
		Store: row.Store, Number: row.Number, Currency: row.Currency, Gross: row.Gross, Payable: row.Payable,
	}
	postings, err := ledger.ParsePostings(row.Postings)
	if err != nil {
		return s, err
	}
	for i := range postings {
		p := &postings[i]
		if p.Account.Owner != owner || p.Account.Role != verno.AccountMain {
			continue
		}
		at := slices.IndexFunc(s.Moves, func(m Move) bool { return m.Unit.ID == p.Account.Unit && m.Why == p.Why })
		if at < 0 {
			at = len(s.Moves)
			s.Moves = append(s.Moves, Move{Unit: units[p.Account.Unit], Why: p.Why})
		}
		s.Moves[at].Amount += p.Amount
	}
	// What only got other dates has moved nothing.
	s.Moves = slices.DeleteFunc(s.Moves, func(m Move) bool { return m.Amount == 0 })
	return s, nil
}
