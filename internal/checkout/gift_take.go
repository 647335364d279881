package checkout

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// TakeGift gives a member a gift for points: at a till by what was shown there, or in the member's own phone.
type TakeGift struct {
	Key      string
	BodyHash [32]byte
	Template verno.TemplateID
	Presence string // at a till; a member who acts for herself has none
	Terminal verno.TerminalID
	Store    verno.StoreID
}

// TakeGift takes the points and makes the member's coupon, once for a key: of many who take the last points as many get one
// as the balance covers. What was shown bounds the points as it does in a sale. Errors: gift_unknown, gift_over,
// insufficient_points, strength_needed, code_used, account_frozen, account_cooling, card_limit, presence_invalid,
// presence_stale, store_unknown, programme_unpublished.
func (t *Till) TakeGift(ctx context.Context, a verno.Actor, q TakeGift) (*TakenGift, bool, error) {
	if a.Member.IsZero() {
		if err := a.Require(verno.MaySell); err != nil {
			return nil, false, err
		}
	}
	if err := checkKey(q.Key); err != nil {
		return nil, false, err
	}
	if a.Member.IsZero() && q.Presence == "" {
		return nil, false, verno.InvalidField("/presence", "required")
	}
	var out books.Outcome
	for try := 1; ; try++ {
		x, err := t.giving(ctx, a, &q)
		if err != nil {
			out, err = t.books.Earlier(ctx, a.Tenant, q.Key, q.BodyHash, err)
		} else {
			out, err = t.books.Do(ctx, x.work(ctx, t, &q))
		}
		switch {
		case err == nil:
			g := &TakenGift{}
			if err := json.Unmarshal([]byte(out.Answer), g); err != nil {
				return nil, out.Replayed, err
			}
			return g, out.Replayed, t.openGift(ctx, a.Tenant, g)
		case a.Member.IsZero() || try == maxMoves ||
			!errors.Is(err, verno.Conflict("presence_stale")) && !errors.Is(err, verno.Conflict("owner_moved")):
			return nil, false, err // A phone has shown no code that could be stale: it is looked up again.
		}
	}
}

// giving is one gift on its way through the books.
type giving struct {
	actor    verno.Actor
	template *template
	payer    *payer
	at       []byte // the till; nil for none
	made     card.Document
	card     verno.CardID  // as decided
	entry    verno.EntryID // that took the points
}

func (t *Till) giving(ctx context.Context, a verno.Actor, q *TakeGift) (*giving, error) {
	c, err := t.configNow(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	x := &giving{actor: a}
	if a.Member.IsZero() {
		err = x.atTill(ctx, t, c, q)
	} else {
		err = x.inPhone(ctx, t, c)
	}
	if err != nil {
		return nil, err
	}
	g, err := c.gift(x.payer.rules, q.Template, t.clock())
	if err != nil {
		return nil, err
	}
	x.template, x.payer.points = c.byID[q.Template], g.Points
	return x, nil
}

// atTill finds out who takes the gift by what was shown.
func (x *giving) atTill(ctx context.Context, t *Till, c *config, q *TakeGift) error {
	pl, err := t.placeIn(ctx, c, x.actor, q.Terminal, q.Store)
	if err == nil {
		err = pl.sells()
	}
	if err != nil {
		return err
	}
	presence, err := t.open(ctx, x.actor, q.Presence, pl.terminal, t.clock())
	if err != nil {
		return err
	}
	r, err := c.rulesOf(pl.store.Programme)
	x.payer, x.at = &payer{presence: presence, place: pl, rules: r}, pl.terminal.Bytes()
	return err
}

// inPhone takes the member's own word for it, as it is taken for a purchase at a till.
func (x *giving) inPhone(ctx context.Context, t *Till, c *config) error {
	p, programme, err := t.own(ctx, x.actor)
	if err != nil {
		return err
	}
	r, err := c.rulesOf(programme)
	x.payer = &payer{presence: p, place: &place{config: c, zone: c.zoneOf(programme)}, rules: r}
	return err
}

// own is a member who acts for herself. Error: card_not_usable.
func (t *Till) own(ctx context.Context, a verno.Actor) (*verno.Presence, verno.ProgrammeID, error) {
	m, err := t.reader.Member(ctx, a.Tenant, a.Member)
	f, err := t.foundMember(ctx, a.Tenant, m, verno.MethodMemberID, err)
	if err != nil {
		return nil, verno.ProgrammeID{}, err
	}
	o, err := t.reader.Owner(ctx, a.Tenant, f.member.Owner)
	return &verno.Presence{
		Tenant: a.Tenant, Member: f.member.ID, Owner: f.member.Owner, Method: verno.MethodMemberID, Epoch: o.Epoch,
	}, f.member.Programme, err
}

func (x *giving) unit() verno.UnitID { return verno.UsesUnit(x.template.id) }

func (x *giving) work(ctx context.Context, t *Till, q *TakeGift) *books.Work {
	return &books.Work{
		Tenant: x.actor.Tenant, Claim: books.Claim{Key: q.Key, BodyHash: q.BodyHash, Kind: "gift"}, Decide: x.decide,
		Owners: []books.Want{{Owner: x.payer.presence.Owner, Units: []verno.UnitID{x.payer.unit()}, Spends: true}},
		Also:   func(tx *store.Tx, p *books.Page) error { return x.make(ctx, t, tx, p) },
		Then:   func(tx *store.Tx) error { return tx.InsertGift(ctx, x.actor.Tenant, x.card, x.entry) },
	}
}

// make makes the coupon and the account of its uses.
func (x *giving) make(ctx context.Context, t *Till, tx *store.Tx, p *books.Page) (err error) {
	x.card = verno.CardID(p.ID())
	c := NewCard{Tenant: x.actor.Tenant, ID: x.card, Member: x.payer.presence.Member, Template: x.template.id}
	if x.made, err = t.Issue(ctx, tx, p.At(), c); err != nil {
		return err
	}
	u := verno.Unit{ID: x.unit(), Kind: verno.UnitUses, Programme: x.template.programme}
	if err := tx.InsertUnit(ctx, x.actor.Tenant, u, p.At()); err != nil {
		return err
	}
	p.PutOwner(&store.Owner{Tenant: x.actor.Tenant, ID: verno.CardOwner(x.card), Kind: "card"})
	return nil
}

func (x *giving) decide(p *books.Page) (books.Result, error) {
	owner := verno.CardOwner(x.card)
	far := ledger.Account{Owner: verno.ProgrammeOwner(x.template.programme), Role: verno.AccountIssuance, Unit: x.unit()}
	p.Holding(owner, x.unit()).Earn(p.Draft(), far, ledger.Lot{ID: p.NewLot(), ExpiresAt: ledger.Never}, x.template.Uses, ledger.WhyEarn)
	whose, err := x.payer.pay(p, owner)
	if err != nil {
		return books.Result{}, err
	}
	entry, err := p.Post(whose, "gift", "", x.actor.Name(), x.at)
	if err != nil {
		return books.Result{}, err
	}
	x.entry = entry.ID()
	member := x.payer.presence.Member
	p.Emit(verno.Event{
		Kind: verno.EventCardIssued, Owner: whose, Subject: x.card.String(), Actor: x.actor.Name(),
		Detail: map[string]string{"member": member.String(), "kind": x.template.Kind.Name, "template": x.template.id.String()},
	})
	p.Emit(verno.Event{
		Kind: verno.EventPointsSpent, Owner: whose, Subject: member.String(), Actor: x.actor.Name(),
		Detail: map[string]string{"card": x.card.String(), "for": "gift"},
	})
	opened := cardValue(x.card, x.actor, "opened", "")
	opened.Entry = x.entry
	p.Emit(opened)
	text, err := json.Marshal(&TakenGift{
		Card: x.card, Template: x.template.id, Member: member, Points: x.payer.points, State: verno.CardActive, Ends: x.made.Ends, At: now(p),
	})
	return books.Result{ID: x.card, Owner: whose, Answer: string(text)}, err
}
