package member

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/progress"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Moving brings a plastic card to the member who carries the card in a phone from now on.
type Moving struct {
	Key      string
	BodyHash [32]byte
	Member   verno.MemberID
	Number   string // as it is printed or scanned: of a card, or the number that another system gave its owner
	Proof    Proof
	Address  string // who asks, for limits
}

// Moved is what came of it.
type Moved struct {
	View
	Card     verno.CardID // that was moved; zero where another system gave the number
	Bonus    money.Points // given for it
	Scale    int
	Already  bool // it was the member's before
	Replayed bool
}

// The limits of moving plastic. What succeeds is not counted, so that a shop can move as much as comes.
var (
	movesOfMember  = []store.Limit{{Most: 10, Window: time.Hour}, {Most: 20, Window: 24 * time.Hour}}
	movesOfAddress = []store.Limit{{Most: 30, Window: time.Hour}, {Most: 100, Window: 24 * time.Hour}}
	movesOfPlastic = []store.Limit{{Most: 5, Window: 24 * time.Hour}}
	movesOfTenant  = []store.Limit{{Most: 500, Window: time.Hour}}
)

// MovePlastic gives a member all that a plastic card has: points, money, level and history of its owner, who becomes the
// member, or a card that nobody has. A number is no secret, so that whose plastic has an owner proves to be that owner:
// by a purchase that was made with it, or by the owner's phone. The number goes on working unless the programme says that
// plastic ends. Whatever is given for moving is given once to a member, and nothing to who was a member before and erased.
//
// Errors: card_number_invalid, move_proof_needed, move_refused for a number that nobody has as for a wrong proof,
// move_too_many, holds_open, card_limit, programme_unpublished.
func (r *Roll) MovePlastic(ctx context.Context, a verno.Actor, now time.Time, q Moving) (Moved, error) {
	if err := a.Require(verno.MayWriteMembers); err != nil {
		return Moved{}, err
	}
	if q.Proof.Vouched && (a.Staff.IsZero() || !a.Terminal.IsZero() || !a.May.Has(writes)) {
		return Moved{}, verno.Forbidden("person_needed")
	}
	if q.Key != "" {
		// What was done once is not asked for again: its proof may be over by now.
		out, err := r.Books.Seen(ctx, a.Tenant, q.Key, q.BodyHash)
		if err != nil || out != nil {
			return r.moved(ctx, a, out, err)
		}
	}
	tries, err := r.tries(ctx, a, q)
	if err != nil {
		return Moved{}, err
	}
	if err := r.takeTries(ctx, now, tries); err != nil {
		return Moved{}, err
	}
	m, err := r.move(ctx, a, now, q)
	if err == nil {
		err = r.giveBackTries(ctx, now, tries)
	}
	return m, err
}

// move finds the plastic, sees who it belongs to, and moves it; again where its owner was merged meanwhile.
func (r *Roll) move(ctx context.Context, a verno.Actor, now time.Time, q Moving) (Moved, error) {
	for try := 1; ; try++ {
		into, err := living(ctx, r.Store.Reader(), a.Tenant, q.Member)
		if err != nil {
			return Moved{}, err
		}
		p, err := r.plastic(ctx, a.Tenant, q.Number)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return Moved{}, err
		}
		if err == nil && p.of(into) {
			v, err := r.view(ctx, a.Tenant, into.ID)
			return Moved{View: v, Card: p.card.ID, Already: true}, err
		}
		how, err := r.proved(ctx, a, now, q, into, p, err == nil)
		if err != nil {
			return Moved{}, err
		}
		t, err := r.transfer(ctx, a, now, q, into, p, how)
		if err != nil {
			return Moved{}, err
		}
		out, err := r.Books.Do(ctx, t.work(ctx))
		if verno.AsError(err) == nil || verno.AsError(err).Code != "owner_moved" && verno.AsError(err).Code != "card_not_usable" || try == moves {
			return r.moved(ctx, a, &out, err)
		}
	}
}

// moved reads what a move has done, now or when its key was used first.
func (r *Roll) moved(ctx context.Context, a verno.Actor, out *books.Outcome, err error) (Moved, error) {
	if err != nil {
		return Moved{}, err
	}
	var told movedAnswer
	if err := json.Unmarshal([]byte(out.Answer), &told); err != nil {
		return Moved{}, err
	}
	v, err := r.view(ctx, a.Tenant, verno.MemberID(out.ID))
	return Moved{View: v, Card: told.Card, Bonus: told.Bonus, Scale: told.Scale, Replayed: out.Replayed}, err
}

// movedAnswer is kept under the key of a move.
type movedAnswer struct {
	Card  verno.CardID `json:"card_id,omitzero"`
	Bonus money.Points `json:"bonus"`
	Scale int          `json:"scale"`
}

// transfer is a move that was proved: who gives, who takes, and by which rules something is given for it.
type transfer struct {
	*joining

	roll    *Roll
	q       Moving
	at      time.Time
	how     string
	into    verno.Member
	plastic plastic
	couple  *couple // nil for a card that nobody has
	known   bool    // who takes was a member before and was erased
}

func (r *Roll) transfer(ctx context.Context, a verno.Actor, now time.Time, q Moving, into verno.Member, p plastic, how string) (*transfer, error) {
	reader := r.Store.Reader()
	rules, err := r.rules.of(ctx, reader, a.Tenant, into.Programme)
	if err != nil {
		return nil, missing(err, "programme")
	}
	t := &transfer{joining: &joining{actor: a, member: into, rules: rules, why: "move_bonus"}, roll: r, q: q, at: now, how: how, into: into, plastic: p}
	if t.zone, err = rules.zone(""); err != nil {
		return nil, err
	}
	person, err := r.Vault.Person(ctx, reader, a.Tenant, into.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	at, err := r.Vault.ErasedAt(ctx, reader, a.Tenant, person.Phone, person.Email)
	if err != nil {
		return nil, err
	}
	if t.known = !at.IsZero(); p.owner.ID.IsZero() {
		return t, nil
	}
	if t.couple, err = r.couple(ctx, a, Merge{Key: "move", From: p.owner.ID, Into: into.ID}); err != nil {
		return nil, err
	}
	t.couple.forgets = rules.Programme().PlasticEnds && p.card.ID.IsZero()
	return t, nil
}

// work moves everything in one transaction.
func (t *transfer) work(ctx context.Context) *books.Work {
	w := &books.Work{Tenant: t.actor.Tenant, Claim: claim("card_move", t.q.Key, t.q.BodyHash), Counters: t.rules.counters()}
	unit := verno.PointsUnit(t.into.Programme)
	if t.couple == nil {
		w.Owners = []books.Want{{Owner: t.into.Owner, Units: []verno.UnitID{unit}}}
	} else {
		w.Owners, w.Moved = t.couple.wants(), true
	}
	w.Also = func(tx *store.Tx, _ *books.Page) error {
		if t.couple == nil {
			m, err := lock(ctx, tx, t.actor.Tenant, t.into.ID)
			if err == nil && m.ID != t.into.ID {
				err = verno.Conflict("owner_moved")
			}
			if err == nil {
				_, err = t.roll.linkFound(ctx, tx, t.at, m, t.plastic.card.ID)
			}
			return err
		}
		if err := t.couple.rows(ctx, tx, t.at); err != nil {
			return merged(err)
		}
		if t.couple.from.Revision != t.plastic.owner.Revision {
			return verno.Conflict("owner_moved") // Its owner may have told a phone since the proof was looked at.
		}
		return t.end(ctx, tx)
	}
	w.Decide = t.decide
	return w
}

// merged takes a merge that somebody else has made meanwhile for a reason to look again.
func merged(err error) error {
	if errors.Is(err, verno.Conflict("member_merged")) {
		return verno.Conflict("owner_moved")
	}
	return err
}

// end takes the plastic out of use where the programme says so.
func (t *transfer) end(ctx context.Context, tx *store.Tx) error {
	if t.plastic.card.ID.IsZero() || !t.rules.Programme().PlasticEnds {
		return nil
	}
	c, err := tx.LockCard(ctx, t.actor.Tenant, t.plastic.card.ID)
	if err != nil {
		return err
	}
	if c.State != verno.CardActive {
		return verno.Conflict("owner_moved")
	}
	c.State, c.Reason, c.UpdatedAt = verno.CardReplaced, "moved", t.at
	return written(tx.ChangeCard(ctx, c))
}

// decide merges the owners, gives what is given for it, and tells of both.
func (t *transfer) decide(p *books.Page) (books.Result, error) {
	from := ""
	if t.couple != nil {
		if o := p.Owner(t.couple.from.Owner); t.how == byEmpty && o != nil && o.State.LastAt != 0 {
			return books.Result{}, verno.Conflict("owner_moved") // It was bought with meanwhile.
		}
		if _, err := t.couple.accounts(p, t.actor); err != nil {
			return books.Result{}, err
		}
		from = t.couple.from.ID.String()
	}
	bonus, err := t.bonus(p)
	if err != nil {
		return books.Result{}, err
	}
	scale := t.rules.Programme().Points.Scale
	subject := t.plastic.card.ID.String()
	if subject == "" {
		subject = from
	}
	p.Emit(event(verno.EventCardMoved, t.actor, t.into, subject,
		"member", t.into.ID.String(), "from", from, "proof", t.how, "bonus", bonus.Format(scale)))
	answer, err := json.Marshal(movedAnswer{Card: t.plastic.card.ID, Bonus: bonus, Scale: scale})
	return books.Result{ID: t.into.ID, Owner: t.into.Owner, Answer: string(answer)}, err
}

// bonus gives what the rules give for moving plastic. Under the owner's lock its state says whether that was given before.
func (t *transfer) bonus(p *books.Page) (sum money.Points, err error) {
	o := p.Change(t.into.Owner)
	moment := verno.Moment{At: p.At().In(t.zone), Store: t.actor.Store, Terminal: t.actor.Terminal, Channel: channelOf(t.actor, "")}
	if t.known {
		t.welcomed(o, moment)
		return 0, nil
	}
	facts := verno.MemberFacts{Tags: t.into.Tags, Purchases: o.State.Purchases, Usage: o.State.Usage}
	facts.Level, facts.Spent, _ = progress.Level(t.rules.Programme().Levels, o.State.Spend, moment.Month())
	in := promo.Input{Member: &facts, Moment: moment, Left: t.left(p)}
	var out verno.Outcome
	t.rules.Move(&in, false, &out)
	for i := range out.Awards {
		sum += out.Awards[i].Points
	}
	return sum, t.grant(p, &out, moment)
}

// guess is what a move is counted against.
type guess struct {
	of     store.Counted
	limits []store.Limit
}

func (r *Roll) tries(ctx context.Context, a verno.Actor, q Moving) ([]guess, error) {
	address, err := r.Vault.Token(ctx, a.Tenant, "move_from", q.Address+" "+a.Terminal.String())
	if err != nil {
		return nil, err
	}
	scan, err := code.Parse(q.Number)
	if err != nil {
		return nil, numberInvalid(err)
	}
	number, err := r.Vault.Token(ctx, a.Tenant, "move_of", plain(scan.Text))
	if err != nil {
		return nil, err
	}
	of := func(subject string) store.Counted { return store.Counted{Tenant: a.Tenant, Subject: "move/" + subject} }
	all := []guess{
		{of("by " + q.Member.String()), movesOfMember},
		{of("from " + hex.EncodeToString(address)), movesOfAddress},
		{of("all"), movesOfTenant},
	}
	if q.Proof.given() && !q.Proof.Vouched { // Whoever guesses keeps the owner from guessing too, and not from the desk.
		all = append(all, guess{of("of " + hex.EncodeToString(number)), movesOfPlastic})
	}
	return all, nil
}

// takeTries counts a move before anything is looked at, so that parallel guesses cannot pass together.
func (r *Roll) takeTries(ctx context.Context, now time.Time, tries []guess) error {
	var wait time.Duration
	err := r.Store.Write(ctx, func(tx *store.Tx) (err error) {
		for i, one := range tries {
			if wait, err = tx.Take(ctx, one.of, now, one.limits...); err != nil {
				return err
			}
			if wait > 0 {
				return giveBack(ctx, tx, now, tries[:i])
			}
		}
		return nil
	})
	if err == nil && wait > 0 {
		err = verno.Limited("move_too_many", int(wait/time.Second)+1)
	}
	return err
}

func (r *Roll) giveBackTries(ctx context.Context, now time.Time, tries []guess) error {
	return r.Store.Write(ctx, func(tx *store.Tx) error { return giveBack(ctx, tx, now, tries) })
}

func giveBack(ctx context.Context, tx *store.Tx, now time.Time, tries []guess) error {
	for _, one := range tries {
		if err := tx.GiveBack(ctx, one.of, now, one.limits...); err != nil {
			return err
		}
	}
	return nil
}
