package checkout

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Ask is a purchase to which a member is asked to say yes, in her own phone.
//
//	stateDiagram-v2
//	    [*] --> waiting: Ask
//	    waiting --> confirmed: Answer yes, within two minutes
//	    waiting --> refused: Answer no
//	    waiting --> withdrawn: Withdraw, or another Ask of the same till
//	    confirmed --> used: Commit of exactly these totals, within five minutes
//	    confirmed --> withdrawn: Withdraw
type Ask struct {
	Checkout string       // the client's own name for the sale, under which it will be committed
	Sale     Sale         // with the presence of the code that was shown
	Stored   money.Amount // stored money that is to pay; −1 for the most
}

// Asked is a confirmation as whoever asked for it sees it. What it comes to is told once the member has said yes: before
// it, it would tell what somebody has who may not be there.
type Asked struct {
	ID        verno.ConfirmationID
	State     string // of the store's, or lapsed
	ExpiresAt time.Time
	Currency  money.Currency
	Scale     int
	Totals    *verno.Totals
	Stored    money.Amount
	Proved    *Identified // the presence to commit with
}

// askLife is for how long a question waits. Who has not found the phone by then is asked again.
const askLife = 2 * time.Minute

// How often a member, and how often a till, may ask.
var (
	asksOfMember = []store.Limit{{Most: 6, Window: 10 * time.Minute}, {Most: 30, Window: 24 * time.Hour}}
	asksAtTill   = []store.Limit{{Most: 240, Window: lookups}}
)

// Ask asks a member to say yes to a purchase. It prices the sale as if she had. Errors: those of Quote, account_frozen,
// account_cooling, confirmation_no_phone, confirmation_waits where another till asks her now, nothing_to_spend,
// insufficient_money, rate_limited.
func (t *Till) Ask(ctx context.Context, a verno.Actor, q Ask) (*Asked, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, err
	}
	if err := checkID(q.Checkout); err != nil {
		return nil, err
	}
	pl, err := t.at(ctx, a, q.Sale.Terminal, q.Sale.Store)
	if err != nil {
		return nil, err
	}
	now := t.clock()
	p, err := t.open(ctx, a, q.Sale.Presence, pl.terminal, now)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, verno.Invalid("spend_needs_member")
	}
	c, err := t.question(ctx, a, pl, p, &q)
	if err != nil {
		return nil, err
	}
	c.ID, c.AskedAt, c.ExpiresAt = verno.NewID[verno.ConfirmationID](now, t.entropy), now, now.Add(askLife)
	var wait time.Duration
	err = t.store.Write(ctx, func(tx *store.Tx) (err error) {
		if wait, err = t.mayAsk(ctx, tx, a, c, now); err != nil || wait > 0 {
			return err
		}
		return t.put(ctx, tx, a, c, now)
	})
	if err == nil && wait > 0 {
		err = waits(wait)
	}
	if err != nil {
		return nil, err
	}
	return askedOf(c), nil
}

// question is what a member is asked: the sale as it would come to with her yes.
func (t *Till) question(ctx context.Context, a verno.Actor, pl *place, p *verno.Presence, q *Ask) (*store.Confirmation, error) {
	o, err := t.reader.Owner(ctx, a.Tenant, p.Owner)
	if err != nil {
		return nil, err
	}
	if err := (&sale{place: pl, presence: &verno.Presence{Method: verno.MethodMemberID}}).maySpend(&o, verno.Micros(t.clock())); err != nil {
		return nil, err
	}
	phones, err := t.reader.MemberSessions(ctx, a.Tenant, p.Member, t.clock(), 1)
	if err != nil {
		return nil, err
	}
	if len(phones) == 0 {
		return nil, verno.Conflict("confirmation_no_phone")
	}
	sure := *p
	sure.Method = verno.MethodConfirmed
	priced, err := t.quoteFor(ctx, a, pl, &q.Sale, &sure, QuoteOptions{}, q.Checkout)
	if err != nil {
		return nil, err
	}
	c := &store.Confirmation{
		Tenant: a.Tenant, Member: p.Member, Owner: p.Owner, Card: p.Card, Epoch: p.Epoch, Store: pl.store.ID, Terminal: pl.terminal,
		APIKey: a.APIKey, Checkout: q.Checkout, Currency: priced.Currency, Scale: int64(priced.Scale), Totals: priced.Outcome.Totals,
		State: store.ConfirmationWaiting, Stored: q.Stored,
	}
	c.Totals.Earn = 0
	switch {
	case c.Stored < 0:
		c.Stored = priced.StoredMax
	case c.Stored > priced.StoredMax:
		return nil, verno.Refused("insufficient_money")
	}
	if c.Totals.Points == 0 && c.Stored == 0 {
		return nil, verno.Conflict("nothing_to_spend")
	}
	return c, nil
}

// mayAsk counts a question, of the member and of the till, and says how long to wait where there were too many.
func (t *Till) mayAsk(ctx context.Context, tx *store.Tx, a verno.Actor, c *store.Confirmation, now time.Time) (time.Duration, error) {
	wait, err := tx.Take(ctx, store.Counted{Tenant: a.Tenant, Subject: "asks/" + a.Name() + "/" + c.Terminal.String()}, now, asksAtTill...)
	if err != nil || wait > 0 {
		return wait, err
	}
	return tx.Take(ctx, store.Counted{Tenant: a.Tenant, Subject: "asked/" + c.Member.String()}, now, asksOfMember...)
}

// waits tells how long to wait.
func waits(wait time.Duration) error {
	seconds := int(wait/time.Second) + 1
	return verno.Limited("rate_limited", seconds).With("seconds", strconv.Itoa(seconds))
}

// put asks the question, in the place of whatever the same till or for the same sale asked before. Another till's is not
// put away: who is about to tap must not find another question under the finger.
func (t *Till) put(ctx context.Context, tx *store.Tx, a verno.Actor, c *store.Confirmation, now time.Time) error {
	if _, err := tx.LockMember(ctx, c.Tenant, c.Member); err != nil {
		return err
	}
	const most = 50
	list, err := tx.ConfirmationsOf(ctx, c.Tenant, c.Member, now, most)
	if err != nil {
		return err
	}
	for i := range list {
		before, err := tx.LockConfirmation(ctx, c.Tenant, list[i].ID)
		if err != nil {
			return err
		}
		same := before.APIKey == c.APIKey && (before.Terminal == c.Terminal && !c.Terminal.IsZero() || before.Checkout == c.Checkout)
		switch {
		case !live(&before, now):
			continue
		case same:
			before.State = store.ConfirmationWithdrawn
			if err := tx.ChangeConfirmation(ctx, before); err != nil {
				return err
			}
		case before.State == store.ConfirmationWaiting:
			return verno.Conflict("confirmation_waits")
		}
	}
	if err := tx.InsertConfirmation(ctx, *c); err != nil {
		return err
	}
	return books.Record(ctx, tx, now, t.entropy, verno.Event{
		Tenant: c.Tenant, Kind: verno.EventConfirmationAsked, Owner: c.Owner, Subject: c.Member.String(), Actor: a.Name(),
		Detail: map[string]string{"confirmation": c.ID.String(), "terminal": c.Terminal.String(), "store": c.Store.String()},
	})
}

// live says whether a confirmation waits for an answer or for its sale.
func live(c *store.Confirmation, now time.Time) bool {
	return (c.State == store.ConfirmationWaiting || c.State == store.ConfirmationConfirmed) && now.Before(c.ExpiresAt)
}

// Confirmation tells the till that asked what the member has said and, where it was yes, gives the presence that commits
// exactly what she said yes to. Errors: not_found, presence_stale.
func (t *Till) Confirmation(ctx context.Context, a verno.Actor, id verno.ConfirmationID) (*Asked, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, err
	}
	c, err := t.reader.Confirmation(ctx, a.Tenant, id)
	if err := asker(a, &c, err); err != nil {
		return nil, err
	}
	if err := t.overtaken(ctx, t.reader, &c); err != nil {
		return nil, err
	}
	out := askedOf(&c)
	if now := t.clock(); !now.Before(c.ExpiresAt) && (c.State == store.ConfirmationWaiting || c.State == store.ConfirmationConfirmed) {
		out.State = "lapsed"
	}
	if out.State != store.ConfirmationConfirmed {
		return out, nil
	}
	pl, err := t.at(ctx, a, c.Terminal, c.Store)
	if err != nil {
		return nil, err
	}
	out.Totals, out.Stored = &c.Totals, c.Stored
	out.Proved, err = t.strengthened(ctx, pl, &verno.Presence{
		Tenant: c.Tenant, Terminal: c.Terminal, APIKey: c.APIKey, Member: c.Member, Owner: c.Owner, Card: c.Card, Confirmed: c.ID,
		Method: verno.MethodConfirmed, Epoch: c.Epoch, Until: c.ExpiresAt,
	})
	return out, err
}

// overtaken marks a confirmation whose checkout has ended otherwise: a cancelled one takes its question with it.
func (t *Till) overtaken(ctx context.Context, r *store.Reader, c *store.Confirmation) error {
	if c.State != store.ConfirmationWaiting && c.State != store.ConfirmationConfirmed {
		return nil
	}
	_, err := r.OperationOfCheckout(ctx, c.Tenant, c.Checkout)
	if err == nil {
		c.State = store.ConfirmationWithdrawn
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// asker hides a confirmation from everybody but the till or integration that asked for it.
func asker(a verno.Actor, c *store.Confirmation, err error) error {
	foreign := err == nil && (c.APIKey != a.APIKey || !a.Terminal.IsZero() && c.Terminal != a.Terminal || !a.Store.IsZero() && c.Store != a.Store)
	if foreign || errors.Is(err, store.ErrNotFound) {
		return verno.NotFound("not_found").With("thing", "confirmation")
	}
	return err
}

func askedOf(c *store.Confirmation) *Asked {
	return &Asked{ID: c.ID, State: c.State, ExpiresAt: c.ExpiresAt.UTC(), Currency: c.Currency, Scale: int(c.Scale)}
}

// Withdraw takes a question back, and an answer that was not used. One that has ended stays as it is. Error: not_found.
func (t *Till) Withdraw(ctx context.Context, a verno.Actor, id verno.ConfirmationID) (*Asked, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, err
	}
	var c store.Confirmation
	err := t.store.Write(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.LockConfirmation(ctx, a.Tenant, id)
		if err := asker(a, &c, err); err != nil || !live(&c, t.clock()) {
			return err
		}
		c.State = store.ConfirmationWithdrawn
		return tx.ChangeConfirmation(ctx, c)
	})
	if err != nil {
		return nil, err
	}
	return askedOf(&c), nil
}

// Question is what a member is asked, as her phone shows it.
type Question struct {
	ID        verno.ConfirmationID
	Store     verno.StoreID
	Currency  money.Currency
	Scale     int
	Totals    verno.Totals
	Stored    money.Amount
	ExpiresAt time.Time
}

// Question is what a member is asked now; nil for nothing.
func (t *Till) Question(ctx context.Context, tenant verno.TenantID, member verno.MemberID) (*Question, error) {
	const most = 20
	list, err := t.reader.ConfirmationsOf(ctx, tenant, member, t.clock(), most)
	if err != nil {
		return nil, err
	}
	for i := range list {
		c := &list[i]
		if c.State != store.ConfirmationWaiting {
			continue
		}
		if err := t.overtaken(ctx, t.reader, c); err != nil {
			return nil, err
		}
		if c.State == store.ConfirmationWaiting {
			return &Question{c.ID, c.Store, c.Currency, int(c.Scale), c.Totals, c.Stored, c.ExpiresAt}, nil
		}
	}
	return nil, nil
}

// Answer is a member's yes or no to a question of hers. Saying the same again changes nothing, also after the till has used the
// yes. Errors: not_found, confirmation_over with said where a yes stands.
func (t *Till) Answer(ctx context.Context, a verno.Actor, id verno.ConfirmationID, yes bool) error {
	now := t.clock()
	said, word := store.ConfirmationRefused, "no"
	if yes {
		said, word = store.ConfirmationConfirmed, "yes"
	}
	return t.store.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.LockConfirmation(ctx, a.Tenant, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && (a.Member.IsZero() || c.Member != a.Member) {
			return verno.NotFound("not_found").With("thing", "confirmation")
		}
		if err != nil {
			return err
		}
		if err := t.overtaken(ctx, tx.Reader, &c); err != nil {
			return err
		}
		switch {
		case now.Before(c.ExpiresAt) && c.State == said || yes && c.State == store.ConfirmationUsed:
			return nil
		case c.State == store.ConfirmationUsed || now.Before(c.ExpiresAt) && c.State == store.ConfirmationConfirmed:
			return verno.Conflict("confirmation_over").With("said", "yes")
		case !now.Before(c.ExpiresAt) || c.State != store.ConfirmationWaiting:
			return verno.Conflict("confirmation_over")
		}
		c.State, c.AnsweredAt = said, now
		if yes {
			c.ExpiresAt = now.Add(t.limits.PresenceLife)
		}
		if err := tx.ChangeConfirmation(ctx, c); err != nil {
			return err
		}
		return books.Record(ctx, tx, now, t.entropy, verno.Event{
			Tenant: c.Tenant, Kind: verno.EventConfirmationAnswered, Owner: c.Owner, Subject: c.Member.String(), Actor: a.Name(),
			Detail: map[string]string{"confirmation": c.ID.String(), "answer": word},
		})
	})
}

// agree binds a sale to what the member said yes to: these totals, in this checkout, once.
func (s *sale) agree(ctx context.Context, w *books.Work) {
	var c store.Confirmation
	w.Also = func(tx *store.Tx, p *books.Page) (err error) {
		c, err = tx.LockConfirmation(ctx, s.actor.Tenant, s.presence.Confirmed)
		over := errors.Is(err, store.ErrNotFound) || c.State != store.ConfirmationConfirmed || p.Now() >= verno.Micros(c.ExpiresAt)
		switch {
		case err != nil && !over:
			return err
		case over:
			return verno.Forbidden("confirmation_over")
		case c.Checkout != s.checkout || c.Owner != s.presence.Owner || c.Store != s.place.store.ID:
			return verno.Conflict("confirmation_differs")
		}
		s.agreed = &c
		return nil
	}
	w.Then = func(tx *store.Tx) error {
		c.State = store.ConfirmationUsed
		return tx.ChangeConfirmation(ctx, c)
	}
}

// TidyConfirmations forgets those that ended a day ago, a bounded number, and says whether there may be more.
func (t *Till) TidyConfirmations(ctx context.Context) (more bool, err error) {
	const most = 500
	err = t.store.WriteLow(ctx, func(tx *store.Tx) error {
		n, err := tx.DeleteConfirmations(ctx, t.clock().AddDate(0, 0, -1), most)
		more = n == most
		return err
	})
	return more, err
}
