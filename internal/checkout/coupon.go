package checkout

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
)

// CouponView is what became of a coupon that was shown with a basket.
type CouponView struct {
	At        int // place among the coupons of the request
	Card      verno.CardID
	Template  verno.TemplateID
	Offer     card.Text // in words
	Left      int64     // uses
	Ends      time.Time // zero where open
	Applied   bool
	Code      string             // why it is not, where it is not
	Explained *verno.Explanation // of the promotion that it opens, where that does not apply
}

// coupon is a coupon that was shown with a basket.
type coupon struct {
	at       int // place in the request
	card     verno.CardID
	member   verno.MemberID // whose it is; zero for whoever holds it
	template *template
	starts   time.Time
	ends     time.Time
	left     int64
	why      *verno.Error // why it is not taken; nil while nothing speaks against it
}

func (c *coupon) owner() verno.OwnerID { return verno.CardOwner(c.card) }
func (c *coupon) unit() verno.UnitID   { return verno.UsesUnit(c.template.id) }

// couponsOf tells the coupons in a list from words that anybody may say. A card that is shown twice is shown once. A word
// that belongs to coupons is none: it opens nothing without their cards.
func (t *Till) couponsOf(ctx context.Context, pl *place, p *verno.Presence, list []string, at time.Time, past bool) (words []string, shown []*coupon, err error) {
	for i, text := range list {
		asked := at
		if past {
			asked = time.Time{}
		}
		found, err := t.carried(ctx, pl.config.tenant, text, asked)
		c := &coupon{at: i}
		switch {
		case errors.Is(err, verno.NotFound("card_not_usable")):
			c.why = verno.Conflict("coupon_unknown")
		case err != nil:
			return nil, nil, err
		case found == nil && pl.config.words[pl.store.Programme][text]:
			c.why = verno.Conflict("coupon_card_needed")
		case found == nil:
			words = append(words, text)
			continue
		case slices.ContainsFunc(shown, func(c *coupon) bool { return c.card == found.ID }):
			continue
		default:
			if err := c.read(pl, found); err != nil {
				return nil, nil, err
			}
			if c.why == nil {
				c.why = c.refusal(found, p, at, past)
			}
		}
		shown = append(shown, c)
	}
	return words, shown, nil
}

// read takes from a card what its template and it itself say.
func (c *coupon) read(pl *place, found *store.Card) error {
	c.card, c.member = found.ID, found.Member
	c.template = pl.config.byID[found.Template]
	if c.template == nil || c.template.Kind.Scan != card.ScanRedeem || c.template.programme != pl.store.Programme {
		c.why = verno.Conflict("coupon_unknown")
		return nil
	}
	d, err := card.ReadDocument(found.Document)
	if err != nil {
		return err
	}
	c.starts, c.ends = c.template.Span(&d, c.template.zone)
	if d.State != "" {
		c.why = verno.Conflict("coupon_used")
	}
	return nil
}

// refusal is why a coupon is not taken, whatever is in the basket; nil for nothing. A past receipt has happened, whoever
// showed the coupon.
func (c *coupon) refusal(found *store.Card, p *verno.Presence, at time.Time, past bool) *verno.Error {
	switch {
	case at.Before(c.starts):
		return verno.Conflict("coupon_early")
	case !c.ends.IsZero() && at.After(c.ends):
		return verno.Conflict("coupon_expired")
	case past:
		return nil
	case found.State != verno.CardActive:
		return verno.Conflict("coupon_blocked")
	case c.member.IsZero():
		return nil
	case p == nil:
		return verno.Conflict("coupon_needs_member")
	case p.Member != c.member:
		return verno.Conflict("coupon_foreign")
	default:
		return nil
	}
}

// lookAt reads, unlocked, how often a coupon may still be used. One that was never used has nothing in the books yet.
func (t *Till) lookAt(ctx context.Context, tenant verno.TenantID, c *coupon, now int64) error {
	o, err := t.reader.Owner(ctx, tenant, c.owner())
	if errors.Is(err, store.ErrNotFound) {
		c.left = c.template.Uses
		return nil
	}
	if err != nil {
		return err
	}
	list, err := t.reader.Holdings(ctx, tenant, c.owner())
	if err != nil {
		return err
	}
	for _, h := range list {
		if h.Account.Unit == c.unit() {
			if c.left, err = h.Spendable(now); err != nil {
				return err
			}
		}
	}
	c.why = c.exhausted(&o)
	return nil
}

// exhausted is why a coupon that was used before cannot be used now.
func (c *coupon) exhausted(o *store.Owner) *verno.Error {
	switch {
	case o.FrozenAt != 0 || !o.MovedTo.IsZero():
		return verno.Conflict("coupon_blocked")
	case c.left < 1:
		return verno.Conflict("coupon_used")
	default:
		return nil
	}
}

// openWords adds to the words of a basket those of coupons against which nothing speaks, each once.
func openWords(words []string, shown []*coupon) []string {
	open := slices.Clip(words)
	for _, c := range shown {
		switch {
		case c.why != nil:
		case slices.Contains(open[len(words):], c.template.Word):
			c.why = verno.Conflict("coupon_second")
		default:
			open = append(open, c.template.Word)
		}
	}
	return open
}

// applied reports whether a promotion that a coupon opens gave something.
func (c *coupon) applied(r *rules, out *verno.Outcome) bool {
	opens := r.OfCoupon(c.template.Word)
	return c.template.Word != "" && slices.ContainsFunc(out.Uses, func(u verno.Use) bool { return slices.Contains(opens, u.Promotion) })
}

// quoteCoupons reads the coupons of a quote and puts the words that they open into the basket that is priced.
func (t *Till) quoteCoupons(ctx context.Context, pl *place, p *verno.Presence, b *verno.Basket, now time.Time) ([]*coupon, error) {
	if len(b.Coupons) == 0 {
		return nil, nil
	}
	words, shown, err := t.couponsOf(ctx, pl, p, b.Coupons, now, false)
	for _, c := range shown {
		if err == nil && c.why == nil {
			err = t.lookAt(ctx, pl.config.tenant, c, verno.Micros(now))
		}
	}
	b.Coupons = openWords(words, shown)
	return shown, err
}

// couponViews says what became of the coupons of a quote, and of words which none of the rules knows.
func couponViews(r *rules, in *promo.Input, shown []*coupon, out *verno.Outcome, said []string) []CouponView {
	views := unknownWords(r, in.Basket.Coupons, said)
	if len(shown) == 0 {
		return views
	}
	explained := verno.Outcome{}
	r.Evaluate(in, true, &explained)
	for _, c := range shown {
		views = append(views, c.view(r, out, &explained))
	}
	slices.SortFunc(views, func(x, y CouponView) int { return x.At - y.At })
	return views
}

// unknownWords are those of what was said that went into the basket as words and open nothing.
func unknownWords(r *rules, words, said []string) (views []CouponView) {
	for i, text := range said {
		if slices.Contains(words, text) && len(r.OfCoupon(text)) == 0 {
			views = append(views, CouponView{At: i, Code: verno.Conflict("coupon_unknown").Code})
		}
	}
	return views
}

// view says what became of a coupon.
func (c *coupon) view(r *rules, out, explained *verno.Outcome) CouponView {
	v := CouponView{At: c.at, Card: c.card, Left: c.left, Ends: c.ends}
	if c.template != nil {
		v.Template, v.Offer = c.template.id, c.template.Offer
	}
	why := c.why
	if v.Applied = why == nil && c.applied(r, out); !v.Applied && why == nil {
		why, v.Explained = c.unused(r, explained)
	}
	if why != nil {
		v.Code = why.Code
	}
	return v
}

// unused is why a coupon that may be used gives nothing for a basket.
func (c *coupon) unused(r *rules, out *verno.Outcome) (*verno.Error, *verno.Explanation) {
	for _, id := range r.OfCoupon(c.template.Word) {
		for i := range out.Explained {
			if out.Explained[i].Promotion == id && c.template.Word != "" {
				return verno.Conflict("coupon_not_for_basket"), &out.Explained[i]
			}
		}
	}
	return verno.Conflict("coupon_no_offer"), nil
}
