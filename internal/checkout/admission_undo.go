package checkout

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// UndoAdmission takes back an entry that was marked by mistake, within a minute: the use goes back to where it came from.
// What was undone before stays so. Errors: not_found, entry_undo_late, and those of a card that was blocked meanwhile.
func (t *Till) UndoAdmission(ctx context.Context, a verno.Actor, key string, hash [32]byte, id verno.AdmissionID) (*Admission, bool, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, false, err
	}
	if err := checkKey(key); err != nil {
		return nil, false, err
	}
	row, err := t.reader.Admission(ctx, a.Tenant, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !a.Store.IsZero() && row.Store != a.Store {
		return nil, false, verno.NotFound("not_found").With("thing", "admission")
	}
	if err != nil {
		return nil, false, err
	}
	out, err := t.withPass(ctx, a, row.Card, func(u *uses) *books.Work {
		x := &readmitting{uses: u, id: id}
		return &books.Work{
			Claim:  books.Claim{Key: key, BodyHash: hash, Kind: "admission_undo"},
			Also:   func(tx *store.Tx, p *books.Page) error { return x.lock(ctx, tx, p) },
			Decide: x.decide, Then: func(tx *store.Tx) error { return x.write(ctx, tx) },
		}
	})
	if err != nil {
		out, err = t.books.Earlier(ctx, a.Tenant, key, hash, err)
	}
	if err != nil {
		return nil, false, err
	}
	shown, err := t.admission(ctx, a.Tenant, id)
	return shown, out.Replayed, err
}

// readmitting is the end of one entry on its way through the books.
type readmitting struct {
	*uses

	id    verno.AdmissionID
	row   store.Admission
	spent []ledger.Posting
	at    time.Time
}

func (x *readmitting) lock(ctx context.Context, tx *store.Tx, p *books.Page) (err error) {
	if err := x.uses.lock(ctx, tx, p); err != nil {
		return err
	}
	x.spent = nil
	if x.row, err = tx.Admission(ctx, x.card.Tenant, x.id); err != nil || x.row.Entry.IsZero() {
		return err
	}
	entry, err := tx.Entry(ctx, x.card.Tenant, x.row.Entry)
	if err != nil {
		return err
	}
	x.spent, err = ledger.ParsePostings(entry.Postings)
	return err
}

func (x *readmitting) decide(p *books.Page) (books.Result, error) {
	result := books.Result{ID: x.id, Owner: x.owner()}
	if x.at = now(p); !x.row.UndoneAt.IsZero() {
		return result, nil
	}
	if x.at.After(x.row.At.Add(undoLife)) {
		return books.Result{}, verno.Conflict("entry_undo_late")
	}
	h := p.Holding(x.owner(), x.unit())
	for _, s := range x.spent {
		if s.Why != ledger.WhySpend {
			continue
		}
		lot := ledger.Lot{ID: s.Lot, AvailableAt: s.AvailableAt, ExpiresAt: s.ExpiresAt}
		if err := h.PutBack(p.Draft(), x.far(verno.AccountRedemption), lot, -s.Amount); err != nil {
			return books.Result{}, err
		}
	}
	entry, err := p.Post(x.owner(), "admission_undo", "", x.actor.Name(), x.id.Bytes())
	if err != nil {
		return books.Result{}, err
	}
	x.tell(p, verno.EventCardAdmissionUndone, entry.ID(), map[string]string{"admission": x.id.String()})
	return result, nil
}

func (x *readmitting) write(ctx context.Context, tx *store.Tx) error {
	_, err := tx.UndoAdmission(ctx, x.card.Tenant, x.id, x.at, x.actor.Name())
	return err
}
