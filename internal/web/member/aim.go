package member

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// giftsPath leads to the catalogue of gifts, and to those that the member has.
const giftsPath = CardBase + "gifts"

var aimPages = []page{
	{"GET " + giftsPath, own((*Face).gifts)},
	{"POST " + giftsPath, own((*Face).takeGift)},
	{"POST " + CardBase + "aim", own((*Face).setAim)},
}

// aims is what the page of gifts shows.
type aims struct {
	view  member.View
	has   money.Points // that can be spent
	scale int
	gifts []checkout.Gift
	mine  []checkout.OwnCoupon
	done  string
	once  string // names what is taken from this page, so that a form that is sent twice takes one gift
}

// blocked says whether nothing can be spent now.
func (p *aims) blocked(s *seat) bool { return p.view.Frozen || p.view.Cooling.After(s.now) }

// aimed is the gift that is saved for; nil where there is none that can be had.
func (p *aims) aimed() *checkout.Gift {
	at := slices.IndexFunc(p.gifts, func(g checkout.Gift) bool { return p.view.Aim.For == verno.AimGift && g.Template == p.view.Aim.Gift })
	if at < 0 {
		return nil
	}
	return &p.gifts[at]
}

// choice is what was chosen, where it is no gift that can be had: to be asked at the till where nothing was said.
func (p *aims) choice() string {
	switch {
	case p.view.Aim.For == verno.AimDiscount, p.view.Aim.For == verno.AimSave:
		return string(p.view.Aim.For)
	case p.aimed() != nil:
		return ""
	}
	return "ask"
}

// aimValue is what a form says for a choice.
func aimValue(choice string) string {
	if choice == "ask" {
		return ""
	}
	return choice
}

// aimsOf reads the choice and the catalogue. A programme that is not published has none.
func (f *Face) aimsOf(s *seat, view *member.View, has *member.Points) (*aims, error) {
	p := &aims{view: *view, has: has.Available, scale: has.Scale}
	var err error
	p.gifts, _, err = f.Till.Gifts(s.r.Context(), s.actor, view.Programme)
	if errors.Is(err, verno.Conflict("programme_unpublished")) {
		err = nil
	}
	return p, err
}

func (f *Face) gifts(s *seat) error {
	ctx := s.r.Context()
	if _, err := f.about(s); err != nil {
		return err
	}
	view, err := f.Members.Read(ctx, s.actor, s.session.Member)
	if err != nil {
		return err
	}
	points, err := f.Members.Points(ctx, s.actor, s.now, s.session.Member)
	if err != nil {
		return err
	}
	p, err := f.aimsOf(s, &view, &points)
	if err != nil {
		return err
	}
	if p.mine, err = f.Till.OwnCoupons(ctx, s.actor); err != nil {
		return err
	}
	if done := s.Query.Get("done"); done == "aim" || done == "taken" {
		p.done = done
	}
	p.once = strconv.FormatInt(verno.Micros(s.now), 36)
	return s.show(s.Say("card.aim.gifts"), giftsPage(s, p))
}

// setAim notes what the member wants points to go to.
func (f *Face) setAim(s *seat) error {
	aim := verno.Aim{For: verno.AimFor(s.form.Value("for"))}
	if text := s.form.Value("gift"); aim.For == verno.AimGift {
		if err := aim.Gift.UnmarshalText([]byte(text)); err != nil {
			return verno.NotFound("gift_unknown")
		}
	}
	if _, err := f.Till.SetAim(s.r.Context(), s.actor, checkout.SetAim{Member: s.session.Member, Aim: aim}); err != nil {
		return err
	}
	s.to(giftsPath + "?done=aim")
	return nil
}

// takeGift takes a gift by the word of whoever has the card in the hand.
func (f *Face) takeGift(s *seat) error {
	var gift verno.TemplateID
	once := s.form.Value("once")
	if err := gift.UnmarshalText([]byte(s.form.Value("gift"))); err != nil || len(once) > 40 {
		return verno.NotFound("gift_unknown")
	}
	_, _, err := f.Till.TakeGift(s.r.Context(), s.actor, checkout.TakeGift{
		Key: "phone/" + s.session.ID.String() + "/" + strconv.QuoteToASCII(once), BodyHash: sha256.Sum256(gift[:]), Template: gift,
	})
	if err != nil {
		return err
	}
	s.to(giftsPath + "?done=taken#mine")
	return nil
}
