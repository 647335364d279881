package member

import (
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
)

// linkPages are what the address opens that a member was sent.
var linkPages = []page{
	{"GET " + member.LinkPath + "{link}", (*Face).opened},
	{"POST " + member.LinkPath + "{link}", (*Face).openHere},
	{"GET " + member.LinkPath + "{link}/apple", (*Face).linkToApple},
	{"GET " + member.LinkPath + "{link}/google", (*Face).linkToGoogle},
}

// gift is what the address of a link leads to.
type gift struct {
	member.Opened

	at string // the address
}

// nobodys says that the card is good for whoever holds it.
func (g *gift) nobodys() bool { return g.Member.IsZero() }

// follow finds what the address leads to. Whatever it is, the address stands in nobody's cache.
func (f *Face) follow(c *call) (g gift, err error) {
	c.w.Header().Set("Cache-Control", "no-store")
	c.w.Header().Set("Referrer-Policy", "no-referrer")
	text := c.r.PathValue("link")
	if g.Opened, err = f.Members.OpenLink(c.r.Context(), text, c.now); err != nil {
		return g, err
	}
	g.at = member.LinkPath + text
	return g, f.brand(c, g.Tenant)
}

// opened shows the ways into this phone. Looking alone changes nothing, as messengers look at addresses too.
func (f *Face) opened(c *call) error {
	g, err := f.follow(c)
	if err != nil {
		return err
	}
	w := &wallets{}
	if f.Passes != nil {
		offer, err := f.Passes.Offer(c.r.Context(), g.Tenant)
		if err != nil {
			return err
		}
		w = choose(offer, device(c.r), g.at+"/apple", g.at+"/google")
	}
	title := c.Say("card.link.title")
	if g.nobodys() {
		title = c.Say("card.held.title")
	}
	return c.show(title, linkPage(c, &g, w))
}

// openHere puts the card into this browser.
func (f *Face) openHere(c *call) error {
	g, err := f.follow(c)
	if err != nil {
		return err
	}
	token, err := f.Members.UseLink(c.r.Context(), c.r.PathValue("link"), c.r.UserAgent(), c.now)
	if err != nil {
		return err
	}
	if g.nobodys() {
		f.giveHeld(c, g.Card, token)
		c.to(heldPath(g.Card))
		return nil
	}
	f.setCard(c, token)
	c.to(CardBase)
	return nil
}

// passOf is the pass of a link's card.
func (f *Face) passOf(c *call) (store.Pass, error) {
	g, err := f.follow(c)
	if err != nil {
		return store.Pass{}, err
	}
	return f.issuePass(c, g.Tenant, g.Card)
}

func (f *Face) linkToApple(c *call) error {
	issued, err := f.passOf(c)
	if err != nil {
		return err
	}
	link, err := f.appleLink(c, issued)
	if err == nil {
		c.to(link)
	}
	return err
}

func (f *Face) linkToGoogle(c *call) error {
	issued, err := f.passOf(c)
	if err != nil {
		return err
	}
	return f.save(c, issued)
}
