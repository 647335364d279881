package checkout

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// Fill adds entries that were sold to a pass.
type Fill struct {
	Key      string
	BodyHash [32]byte
	Card     verno.CardID
	Count    int64
	Until    time.Time // until when they can be used; zero for as long as those of a new pass
}

// Filled is what filling a pass did.
type Filled struct {
	Entry verno.EntryID `json:"entry_id"`
	Card  verno.CardID  `json:"card_id"`
	Count int64         `json:"count"`
	Left  int64         `json:"uses_left"` // after it
	Until time.Time     `json:"expires_at,omitzero"`
	At    time.Time     `json:"at"`
}

// maxFill is how many entries are sold at once.
const maxFill = 10_000

// Fill adds entries to a pass. It then says of how many there are some left, and lasts as long as the new ones do. Errors:
// not_found, card_not_usable, entry_wrong_card, entry_expired.
func (t *Till) Fill(ctx context.Context, a verno.Actor, q Fill) (*Filled, bool, error) {
	if err := a.Require(verno.MayTopUp); err != nil {
		return nil, false, err
	}
	if err := checkKey(q.Key); err != nil {
		return nil, false, err
	}
	if q.Count < 1 || q.Count > maxFill {
		return nil, false, verno.InvalidField("/count", "number_range", "min", "1", "max", strconv.Itoa(maxFill))
	}
	var f verno.Faults
	if card.CheckMoment("/expires_at", q.Until, &f); f.Err() != nil {
		return nil, false, f.Err()
	}
	out, err := t.withPass(ctx, a, q.Card, func(u *uses) *books.Work {
		x := &filling{uses: u, ask: &q}
		return &books.Work{
			Claim:  books.Claim{Key: q.Key, BodyHash: q.BodyHash, Kind: "card_fill"},
			Also:   func(tx *store.Tx, p *books.Page) error { return u.lock(ctx, tx, p) },
			Decide: x.decide, Then: func(tx *store.Tx) error { return x.write(ctx, tx) },
		}
	})
	if err != nil {
		if out, err = t.books.Earlier(ctx, a.Tenant, q.Key, q.BodyHash, err); err != nil {
			return nil, false, err
		}
	}
	if done, ok := out.Value.(*Filled); ok {
		return done, out.Replayed, nil
	}
	done := &Filled{}
	return done, out.Replayed, json.Unmarshal([]byte(out.Answer), done)
}

// filling is one filling of a pass on its way through the books.
type filling struct {
	*uses

	ask    *Fill
	filled card.Document
	at     time.Time
}

func (x *filling) decide(p *books.Page) (books.Result, error) {
	if x.rule.Once || x.rule.Entries(&x.doc) == 0 {
		return books.Result{}, verno.Invalid("entry_wrong_card")
	}
	h, err := x.open(p)
	if err != nil {
		return books.Result{}, err
	}
	left, err := h.Spendable(p.Now())
	if err != nil {
		return books.Result{}, err
	}
	x.at, x.filled = now(p), x.doc
	until := x.filled.Fill(&x.template, left, x.ask.Count, x.ask.Until.UTC().Truncate(time.Microsecond), x.at)
	if !until.IsZero() && !until.After(x.at) {
		return books.Result{}, verno.Conflict("entry_expired").With("until", until.In(x.zone).Format(time.RFC3339))
	}
	lot := ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: lapseOf(until)}
	h.Earn(p.Draft(), x.far(verno.AccountIssuance), lot, x.ask.Count, ledger.WhyEarn)
	entry, err := p.Post(x.owner(), "card_fill", "", x.actor.Name(), x.card.ID.Bytes())
	if err != nil {
		return books.Result{}, err
	}
	x.tell(p, verno.EventCardFilled, entry.ID(), map[string]string{"count": strconv.FormatInt(x.ask.Count, 10)})
	done := &Filled{Entry: entry.ID(), Card: x.card.ID, Count: x.ask.Count, Left: left + x.ask.Count, Until: until, At: x.at}
	text, err := json.Marshal(done)
	return books.Result{ID: entry.ID(), Owner: x.owner(), Answer: string(text), Value: done}, err
}

// write puts onto the card how many entries it has now, and until when.
func (x *filling) write(ctx context.Context, tx *store.Tx) error {
	k, _ := card.Find(x.card.Kind)
	text, _, err := x.filled.Part(k)
	if err != nil {
		return err
	}
	c := x.card
	c.Document, c.UpdatedAt = text, x.at
	changed, err := tx.ChangeCard(ctx, c)
	if err == nil && !changed {
		err = verno.Conflict("etag_mismatch") // Never, as the row is locked.
	}
	return err
}
