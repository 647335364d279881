package member

import (
	"errors"
	"net/http"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/site"
)

// heldBase is where the cards stand that are nobody's, each at an address of its own: a browser may have several.
const heldBase = CardBase + "g/"

// heldCookie holds the session of such a card, at its own address.
const heldCookie = "verno_held"

// heldPages are of cards that are good for whoever holds them, such as a gift certificate.
var heldPages = []page{
	{"GET " + heldBase + "{card}/{$}", holding((*Face).heldCard)},
	{"GET " + heldBase + "{card}/apple", holding((*Face).toApple)},
	{"GET " + heldBase + "{card}/google", holding((*Face).toGoogle)},
}

func heldPath(id verno.CardID) string { return heldBase + id.String() + "/" }

// giveHeld gives the browser the session of a card that is nobody's.
func (f *Face) giveHeld(c *call, id verno.CardID, token string) {
	site.SetCookie(c.w, site.Cookie{
		Name: heldCookie, Value: token, Path: strings.TrimSuffix(heldPath(id), "/"), Seconds: lasts, Encrypted: f.Frame.Encrypted(c.r),
	})
}

// holding answers a browser that has the card of the address. Any other is told that the link to it is over.
func holding(do func(*Face, *seat) error) func(*Face, *call) error {
	return func(f *Face, c *call) error {
		over := verno.NotFound("card_link_over")
		held, err := c.r.Cookie(heldCookie)
		if err != nil {
			return over
		}
		session, err := f.Members.BearerSession(c.r.Context(), held.Value, c.now)
		if errors.Is(err, verno.Unauthorised("credential_invalid")) || err == nil && session.Card.String() != c.r.PathValue("card") {
			return over
		}
		if err != nil {
			return err
		}
		s := &seat{call: c, session: session, actor: session.Actor()}
		web.Attribute(c.r.Context(), "card "+session.Card.String())
		c.w.Header().Set("Cache-Control", "no-store")
		c.w.Header().Set("Referrer-Policy", "no-referrer")
		c.Styles, c.Body = []string{"card.css"}, "card"
		if err := f.brand(c, session.Tenant); err != nil {
			return err
		}
		return do(f, s)
	}
}

// held is what the page of a card shows that is nobody's.
type held struct {
	design  design
	worth   []card.Field // what it is good for, above all
	wallets *wallets
}

// heldCard shows what the wallets of phones show of it: what is on it, the code, the terms.
func (f *Face) heldCard(s *seat) error {
	d, err := f.design(s)
	if err != nil {
		return err
	}
	h := &held{design: d, worth: d.Primary, wallets: &wallets{}}
	h.design.Primary = nil
	if f.Passes != nil {
		offer, err := f.Passes.Offer(s.r.Context(), s.session.Tenant)
		if err != nil {
			return err
		}
		h.wallets = choose(offer, device(s.r), heldPath(s.session.Card)+"apple", heldPath(s.session.Card)+"google")
		switch issued, err := f.Reader.Pass(s.r.Context(), s.session.Tenant, s.session.Card); {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return err
		default:
			if h.wallets.inside, err = f.Passes.Inside(s.r.Context(), issued); err != nil {
				return err
			}
		}
	}
	s.Scripts = append(s.Scripts, "card/held.js")
	return s.showAs(http.StatusOK, d.Title.In(s.Code), heldPage(s, h))
}
