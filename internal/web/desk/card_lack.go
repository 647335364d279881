package desk

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// inForce are the promotions of a programme that apply now, or will by themselves.
func (d *Desk) inForce(c *call, id verno.ProgrammeID) ([]verno.Promotion, error) {
	v, err := d.Reader.PublishedVersion(c.r.Context(), c.actor.Tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(v.Promotions), func(p verno.Promotion) bool {
		return !p.Active || p.Schedule.Until != nil && !c.now.Before(*p.Schedule.Until)
	}), nil
}

// lack says what nobody would give of what a card promises, and where that is mended. It is empty where all is well.
type lack struct{ text, link string }

// lacks looks whether a promotion is in force without which cards of the template promise in vain. That is no fault: a
// card may be designed before its promotion is.
func (b *board) lacks() lack {
	kind := b.kind
	to := url.Values{"programme": {b.Programme.String()}}
	if terms, ok := b.Drafted.Terms(); ok && terms.Word != "" {
		if slices.ContainsFunc(b.running, func(p verno.Promotion) bool { return asksCoupon(&p, terms.Word) }) {
			return lack{}
		}
		return lack{b.Say("desk.template.lacks_coupon", "Word", terms.Word), Base + "/promotions/new?" + to.Encode()}
	}
	if len(kind.Needs) == 0 || slices.ContainsFunc(b.running, func(p verno.Promotion) bool { return slices.Contains(kind.Needs, p.Type) }) {
		return lack{}
	}
	to.Set("kind", kind.Needs[0])
	return lack{b.Say("desk.template.lacks", "Name", b.Say("desk.kind."+kind.Needs[0]+".name")), Base + "/promotions/new?" + to.Encode()}
}

// asksCoupon says whether a promotion waits for coupons of a word.
func asksCoupon(p *verno.Promotion, word string) bool {
	return strings.Contains(p.Condition, "coupon") && (strings.Contains(p.Condition, `"`+word+`"`) || strings.Contains(p.Condition, "'"+word+"'"))
}
