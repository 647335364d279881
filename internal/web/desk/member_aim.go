package desk

import (
	"crypto/sha256"
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// aims is what a member's points are for, and what they went to.
type aims struct {
	form  *view.Form      // that chooses
	gifts []checkout.Gift // that can be had
	taken []gift          // the latest first
}

// gift is one that a member has taken.
type gift struct {
	checkout.TakenGift

	offer  string
	unused bool // so that it can be given back
}

// maxGifts is how many of the gifts that were taken are listed.
const maxGifts = 20

// saves fills in what points are for. A programme that is not published has no gifts.
func (d *Desk) saves(c *call, p *profile) (err error) {
	ctx := c.r.Context()
	p.aim.gifts, _, err = d.Till.Gifts(ctx, c.actor, p.Programme)
	if e := verno.AsError(err); err != nil && e.Code != "programme_unpublished" {
		return err
	}
	p.aim.form = filled("for", p.aimChoice())
	cards, err := d.Reader.GiftsOf(ctx, c.actor.Tenant, p.ID, maxGifts)
	if err != nil {
		return err
	}
	for _, id := range cards {
		taken, unused, err := d.Till.Gift(ctx, c.actor, id)
		if err != nil {
			return err
		}
		t, _, err := d.Members.CardFacts(ctx, c.actor.Tenant, id, c.now)
		if err != nil {
			return err
		}
		one := gift{TakenGift: *taken, offer: t.Name, unused: unused}
		if terms, ok := t.Terms(); ok {
			one.offer = terms.Offer.In(c.Code)
		}
		p.aim.taken = append(p.aim.taken, one)
	}
	return nil
}

// savedFor is the gift that is saved for; nil where there is none that can be had.
func (p *profile) savedFor() *checkout.Gift {
	at := slices.IndexFunc(p.aim.gifts, func(g checkout.Gift) bool { return p.Aim.For == verno.AimGift && g.Template == p.Aim.Gift })
	if at < 0 {
		return nil
	}
	return &p.aim.gifts[at]
}

// aimChoice is what was chosen, as the form names it: nothing where nothing was said, or where the gift can be had no more.
func (p *profile) aimChoice() string {
	if p.Aim.For != verno.AimGift {
		return string(p.Aim.For)
	}
	if p.savedFor() == nil {
		return ""
	}
	return p.Aim.Gift.String()
}

// aimOptions are what points can be for.
func (p *profile) aimOptions(c *call) []option {
	list := []option{
		{Label: c.Say("desk.aim.ask")},
		{Value: string(verno.AimDiscount), Label: c.Say("desk.aim.discount")},
		{Value: string(verno.AimSave), Label: c.Say("desk.aim.save")},
	}
	for i := range p.aim.gifts {
		g := &p.aim.gifts[i]
		list = append(list, option{Value: g.Template.String(), Label: c.Say("desk.aim.gift", "Gift", g.Offer.In(c.Code))})
	}
	return list
}

// awaits says how far points are from a gift.
func (p *profile) awaits(c *call, g *checkout.Gift) string {
	said := []any{"Gift", g.Offer.In(c.Code), "Price", points(c, g.Points, p.points.Scale)}
	if missing := g.Points - p.points.Available; missing > 0 {
		return c.Say("desk.aim.missing", append(said, "Points", points(c, missing, p.points.Scale))...)
	}
	return c.Say("desk.aim.reached", said...)
}

// reached is how far points are, for a bar.
func (p *profile) reached(g *checkout.Gift) string {
	return strconv.FormatInt(int64(min(max(p.points.Available, 0), g.Points)), 10)
}

// setAim notes what a member wants points to go to.
func (d *Desk) setAim(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	aim := verno.Aim{For: verno.AimFor(c.form.Value("for"))}
	if err := aim.Gift.UnmarshalText([]byte(aim.For)); err == nil && !aim.Gift.IsZero() {
		aim.For = verno.AimGift
	}
	if _, err := d.Till.SetAim(c.r.Context(), c.actor, checkout.SetAim{Member: v.ID, Aim: aim}); err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		p, err := d.profile(c, v.ID)
		if err != nil {
			return err
		}
		p.aim.form = c.form
		return c.again(fullName(c, &p.View), memberPage(c, p))
	}
	c.did(memberPath(v.ID), "aim")
	return nil
}

// returnGift takes a gift back of which nothing was used.
func (d *Desk) returnGift(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	id, err := path[verno.CardID](c, "card")
	if err != nil {
		return err
	}
	if g, _, err := d.Till.Gift(c.r.Context(), c.actor, id); err != nil {
		return err
	} else if g.Member != v.ID {
		return verno.NotFound("not_found").With("thing", id.String())
	}
	if _, _, err := d.Till.ReturnGift(c.r.Context(), c.actor, checkout.ReturnGift{
		Key: "desk " + d.onceKey(c), BodyHash: sha256.Sum256(id[:]), Card: id,
	}); err != nil {
		return err
	}
	c.did(memberPath(v.ID), "gift_returned")
	return nil
}
