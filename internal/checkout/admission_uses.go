package checkout

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// uses is what a pass is good for, on its way through the books: an account of the card itself, whoever holds it. It is
// opened there when the pass is used or filled for the first time.
type uses struct {
	actor     verno.Actor
	card      store.Card
	doc       card.Document
	template  card.Template
	rule      card.Admission
	programme verno.ProgrammeID
	zone      *time.Location // of the programme
	fresh     bool           // it is opened now
}

// withPass runs work on the uses of a card that lets in. The work lacks tenant and owners. Errors: not_found,
// entry_wrong_card, card_not_usable.
func (t *Till) withPass(ctx context.Context, a verno.Actor, id verno.CardID, work func(u *uses) *books.Work) (books.Outcome, error) {
	u, err := t.usesOf(ctx, a, id)
	if err != nil {
		return books.Outcome{}, err
	}
	for try := 1; ; try++ {
		w := work(u)
		w.Tenant = a.Tenant
		w.Owners = []books.Want{{Owner: u.owner(), Units: []verno.UnitID{u.unit()}, Spends: true}}
		out, err := t.books.Do(ctx, w)
		if !errors.Is(err, verno.Conflict("owner_moved")) || try == maxMoves {
			return out, err
		}
	}
}

func (t *Till) usesOf(ctx context.Context, a verno.Actor, id verno.CardID) (*uses, error) {
	c, err := t.reader.Card(ctx, a.Tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, verno.NotFound("not_found").With("thing", "card")
	}
	if err != nil {
		return nil, err
	}
	if k, ok := card.Find(c.Kind); !ok || k.Scan != card.ScanEnter || c.Template.IsZero() || t.CardFacts == nil {
		return nil, verno.Invalid("entry_wrong_card")
	}
	u := &uses{actor: a, card: c}
	row, err := t.reader.CardTemplate(ctx, a.Tenant, c.Template)
	if err != nil {
		return nil, err
	}
	u.programme = row.Programme
	var x card.Facts
	if u.template, x, err = t.CardFacts(ctx, a.Tenant, id, t.clock()); err != nil {
		return nil, err
	}
	u.zone = x.At.Location()
	u.rule, _ = u.template.Admission(u.zone)
	return u, nil
}

func (u *uses) owner() verno.OwnerID { return verno.CardOwner(u.card.ID) }

func (u *uses) unit() verno.UnitID { return verno.UsesUnit(u.card.Template) }

func (u *uses) far(role verno.AccountRole) ledger.Account {
	return ledger.Account{Owner: verno.ProgrammeOwner(u.programme), Role: role, Unit: u.unit()}
}

// lock reads the card as nobody changes it meanwhile, and sees that it has an account.
func (u *uses) lock(ctx context.Context, tx *store.Tx, p *books.Page) (err error) {
	if u.card, err = tx.LockCard(ctx, u.card.Tenant, u.card.ID); err != nil {
		return err
	}
	if u.card.State != verno.CardActive {
		return verno.NotFound("card_not_usable")
	}
	if u.doc, err = card.ReadDocument(u.card.Document); err != nil {
		return err
	}
	if u.fresh = p.Owner(u.owner()) == nil; !u.fresh {
		return nil
	}
	o := &store.Owner{Tenant: u.card.Tenant, ID: u.owner(), Kind: "card", Stored: true}
	made, err := tx.InsertCardOwner(ctx, o)
	if err != nil {
		return err
	}
	if !made {
		return verno.Conflict("owner_moved") // Somebody opened it since the owners were locked.
	}
	p.PutOwner(o)
	return tx.InsertUnit(ctx, u.card.Tenant, verno.Unit{ID: u.unit(), Kind: verno.UnitUses, Programme: u.programme}, p.At())
}

// open is what the pass has now: what has lapsed is posted, and a new one is given what it begins with.
func (u *uses) open(p *books.Page) (*ledger.Holding, error) {
	h := p.Holding(u.owner(), u.unit())
	if err := h.Lapse(p.Draft(), u.far(verno.AccountBreakage), p.Now()); err != nil {
		return nil, err
	}
	if begins := u.rule.Entries(&u.doc); u.fresh && begins > 0 {
		lot := ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: lapseOf(u.doc.Ends)}
		h.Earn(p.Draft(), u.far(verno.AccountIssuance), lot, begins, ledger.WhyEarn)
	}
	return h, nil
}

// lapseOf is when a lot of uses lapses.
func lapseOf(until time.Time) int64 {
	if until.IsZero() {
		return ledger.Never
	}
	return verno.Micros(until)
}

// tell emits what has happened to the card.
func (u *uses) tell(p *books.Page, kind verno.EventKind, entry verno.EntryID, detail map[string]string) {
	if !u.card.Member.IsZero() {
		detail["member"] = u.card.Member.String()
	}
	p.Emit(verno.Event{Kind: kind, Owner: u.owner(), Subject: u.card.ID.String(), Actor: u.actor.Name(), Entry: entry, Detail: detail})
}
