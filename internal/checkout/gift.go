package checkout

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Gift is something that can be had for points: a coupon of a template that says what it costs.
type Gift struct {
	Template verno.TemplateID
	Name     string    // for those who work with it
	Offer    card.Text // what it gives
	Details  card.Text
	Points   money.Points
	Days     int64     // for which it is good; 0 where only Ends bounds it
	Ends     time.Time // the last moment of the template; zero where open
}

// Gifts are what can be had now, the cheapest first, and how many decimal places their points have. Without a programme
// they are those of the credential's store, else of the only programme. Errors: not_found, programme_ambiguous,
// programme_unpublished.
func (t *Till) Gifts(ctx context.Context, a verno.Actor, programme verno.ProgrammeID) ([]Gift, int, error) {
	if a.Member.IsZero() && !a.May.Has(verno.MayReadMembers) {
		if err := a.Require(verno.MaySell); err != nil {
			return nil, 0, err
		}
	}
	c, err := t.configNow(ctx, a.Tenant) // A gift may have been published this moment.
	if err != nil {
		return nil, 0, err
	}
	if programme, err = t.programmeOf(ctx, a, c, programme); err != nil {
		return nil, 0, err
	}
	r, err := c.rulesOf(programme)
	if err != nil {
		return nil, 0, err
	}
	return c.gifts(r, t.clock()), r.Programme().Points.Scale, nil
}

// programmeOf is the programme that is named, else that of the credential's store, else the only one.
func (t *Till) programmeOf(ctx context.Context, a verno.Actor, c *config, named verno.ProgrammeID) (verno.ProgrammeID, error) {
	if _, known := c.rules[named]; known {
		return named, nil
	}
	if !named.IsZero() {
		_, err := t.reader.Programme(ctx, a.Tenant, named)
		if errors.Is(err, store.ErrNotFound) {
			err = verno.NotFound("not_found").With("thing", "programme")
		}
		return named, err
	}
	if pl, err := t.placeIn(ctx, c, a, verno.TerminalID{}, verno.StoreID{}); err == nil {
		return pl.store.Programme, nil
	}
	for id := range c.rules {
		if !named.IsZero() {
			return named, verno.Invalid("programme_ambiguous")
		}
		named = id
	}
	if named.IsZero() {
		return named, verno.NotFound("not_found").With("thing", "programme")
	}
	return named, nil
}

// gifts are what can be had now of a programme.
func (c *config) gifts(r *rules, now time.Time) (list []Gift) {
	for _, t := range c.byID {
		if g, err := c.gift(r, t.id, now); err == nil {
			list = append(list, g)
		}
	}
	slices.SortFunc(list, func(x, y Gift) int {
		return cmp.Or(cmp.Compare(x.Points, y.Points), cmp.Compare(x.Name, y.Name), slices.Compare(x.Template[:], y.Template[:]))
	})
	return list
}

// gift is one that can be had now. What opens no promotion in force would be paid for and give nothing. Errors:
// gift_unknown, gift_over.
func (c *config) gift(r *rules, id verno.TemplateID, now time.Time) (Gift, error) {
	t := c.byID[id]
	if t == nil || t.Points == 0 || t.programme != r.Programme().ID {
		return Gift{}, verno.NotFound("gift_unknown")
	}
	if t.archived || !t.Gives(now, t.zone) || len(r.OfCoupon(t.Word)) == 0 {
		return Gift{}, verno.Conflict("gift_over")
	}
	_, ends := t.Span(&card.Document{}, t.zone)
	return Gift{t.id, t.name, t.Offer, t.Details, t.Points, t.Days, ends}, nil
}

// TakenGift is a gift that was taken for points, as those see it who give or have it.
type TakenGift struct {
	Card     verno.CardID     `json:"id"`
	Template verno.TemplateID `json:"template_id"`
	Member   verno.MemberID   `json:"member_id"`
	Points   money.Points     `json:"points"` // that it cost
	State    verno.CardState  `json:"state"`
	Ends     time.Time        `json:"ends,omitzero"`
	At       time.Time        `json:"at"`
	Number   string           `json:"-"` // of one that was just taken; they open it
	Machine  string           `json:"-"`
}

// openGift adds what opens a gift, for whoever has just given it.
func (t *Till) openGift(ctx context.Context, tenant verno.TenantID, g *TakenGift) error {
	c, err := t.reader.Card(ctx, tenant, g.Card)
	if err != nil || len(c.Sealed) == 0 {
		return err
	}
	secret, err := t.secretOf(ctx, tenant, c)
	g.Number, g.Machine = secret.Number, secret.Machine
	return err
}

// givenBefore is a gift as it was given. What opens it is shown to who has given it, and while it is there.
func (t *Till) givenBefore(ctx context.Context, a verno.Actor, answer string) (*TakenGift, error) {
	g := &TakenGift{}
	if err := json.Unmarshal([]byte(answer), g); err != nil {
		return nil, err
	}
	entry, err := t.reader.GiftTaken(ctx, a.Tenant, g.Card)
	if errors.Is(err, store.ErrNotFound) || err == nil && entry.Actor != a.Name() {
		return g, nil
	}
	if err != nil {
		return nil, err
	}
	return g, t.openGift(ctx, a.Tenant, g)
}
