package member

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

const (
	walletPath = CardBase + "wallet"
	phonePath  = CardBase + "phone/" // for a phone that has no card yet, from the code on another screen
)

// walletPages bring the card into the wallet of a phone.
var walletPages = []page{
	{"GET " + walletPath, own((*Face).wallet)},
	{"GET " + walletPath + "/apple", own((*Face).toApple)},
	{"GET " + walletPath + "/all", own((*Face).allToApple)},
	{"GET " + walletPath + "/google", own((*Face).toGoogle)},
	{"GET " + phonePath + "{file}", (*Face).phone},
	{"GET " + phonePath + "{file}/google", (*Face).phoneToGoogle},
}

// wallets are the buttons that a device is shown: those of its own wallet, and both where it is none of either kind.
type wallets struct {
	pass.Offer

	apple, google string // what the buttons lead to; empty for no button
	file          string // of the pass, for whatever other wallets a phone has
	inside        bool   // the card is in a wallet already
	other         bool   // it is a computer, from which the card goes into a phone
	code          string // the address that a phone reads off the screen
	trial         bool   // the pass is signed by a certificate for trying
	cards         int64  // how many the member has, where an Apple device can take several at once
}

func (w *wallets) none() bool { return w.apple == "" && w.google == "" && w.file == "" }

// device is what a browser says that it runs on. An iPad may say that it is a Mac, and is then shown everything.
func device(r *http.Request) string {
	switch agent := r.UserAgent(); {
	case strings.Contains(agent, "iPhone"), strings.Contains(agent, "iPad"), strings.Contains(agent, "iPod"):
		return "apple"
	case strings.Contains(agent, "Android"):
		return "android"
	default:
		return ""
	}
}

// choose puts up the buttons of a device out of what the merchant has.
func choose(o pass.Offer, on, apple, google string) *wallets {
	w := &wallets{Offer: o, other: on == ""}
	if o.Google && on != "apple" {
		w.google = google
	}
	switch {
	case !o.Apple:
	case on == "android":
		w.file = apple // Android has wallets that read Apple's passes.
	default:
		w.apple, w.trial = apple, o.Trial
	}
	return w
}

// buttons are those of a phone that has the card.
func (f *Face) buttons(s *seat) (*wallets, error) {
	if f.Passes == nil {
		return &wallets{}, nil
	}
	ctx := s.r.Context()
	offer, err := f.Passes.Offer(ctx, s.session.Tenant)
	if err != nil {
		return nil, err
	}
	w := choose(offer, device(s.r), walletPath+"/apple", walletPath+"/google")
	if w.none() {
		return w, nil
	}
	switch issued, err := f.Reader.Pass(ctx, s.session.Tenant, s.session.Card); {
	case errors.Is(err, store.ErrNotFound):
		return w, nil
	case err != nil:
		return nil, err
	default:
		w.inside, err = f.Passes.Inside(ctx, issued)
		return w, err
	}
}

// wallet shows the buttons by themselves, and a code for the phone where they are looked at on something else.
func (f *Face) wallet(s *seat) error {
	w, err := f.buttons(s)
	if err != nil {
		return err
	}
	if w.other && !w.none() {
		link, err := f.link(s)
		if err != nil {
			return err
		}
		w.code = f.Frame.Outside(s.r) + phonePath + strings.TrimPrefix(link, pass.DownloadPath)
	}
	if w.apple != "" {
		cards, err := f.inUse(s)
		if err != nil {
			return err
		}
		w.cards = int64(len(cards))
	}
	return s.show(s.Say("wallet.title"), walletPage(s, w))
}

// link is the address of the card's pass.
func (f *Face) link(s *seat) (string, error) {
	issued, err := f.issue(s)
	if err != nil {
		return "", err
	}
	return f.appleLink(s.call, issued)
}

// appleLink is a short-lived address of one file of passes, on whatever host this page is.
func (f *Face) appleLink(c *call, passes ...store.Pass) (string, error) {
	link, err := f.Passes.AppleLink(c.r.Context(), passes...)
	return strings.TrimPrefix(link, f.Passes.Base), err
}

func (f *Face) issue(s *seat) (store.Pass, error) {
	return f.issuePass(s.call, s.session.Tenant, s.session.Card)
}

func (f *Face) issuePass(c *call, tenant verno.TenantID, card verno.CardID) (store.Pass, error) {
	if f.Passes == nil {
		return store.Pass{}, verno.NotFound("route_not_found")
	}
	issued, err := f.Passes.Issue(c.r.Context(), tenant, card)
	if errors.Is(err, store.ErrNotFound) {
		err = verno.NotFound("not_found").With("thing", "card")
	}
	return issued, err
}

// toApple leads to the file of the pass, which is made when it is fetched.
func (f *Face) toApple(s *seat) error {
	link, err := f.link(s)
	if err == nil {
		s.to(link)
	}
	return err
}

// toGoogle leads to Google, which was told of the card before.
func (f *Face) toGoogle(s *seat) error {
	issued, err := f.issue(s)
	if err != nil {
		return err
	}
	return f.save(s.call, issued)
}

// inUse are the member's cards that a phone may carry, the one that is open first, as many as one bundle takes.
func (f *Face) inUse(s *seat) ([]verno.CardID, error) {
	if s.session.Member.IsZero() {
		return []verno.CardID{s.session.Card}, nil
	}
	list, err := f.Reader.CardsOf(s.r.Context(), s.session.Tenant, s.session.Member)
	cards := []verno.CardID{s.session.Card}
	for i := range list {
		if list[i].State == verno.CardActive && list[i].ID != s.session.Card && len(cards) < pass.MaxBundle {
			cards = append(cards, list[i].ID)
		}
	}
	return cards, err
}

// allToApple leads to one file with the passes of all of the member's cards, which a phone takes with one tap.
func (f *Face) allToApple(s *seat) error {
	cards, err := f.inUse(s)
	if err != nil {
		return err
	}
	passes := make([]store.Pass, len(cards))
	for i, id := range cards {
		if passes[i], err = f.issuePass(s.call, s.session.Tenant, id); err != nil {
			return err
		}
	}
	link, err := f.appleLink(s.call, passes...)
	if err == nil {
		s.to(link)
	}
	return err
}

func (f *Face) save(c *call, issued store.Pass) error {
	link, err := f.Passes.SaveLink(c.r.Context(), issued, f.Frame.Outside(c.r))
	if err == nil {
		c.to(link)
	}
	return err
}

// lent is the pass that a code on another screen leads to. The code is as good as the file itself: it is signed, and
// ends with the hour.
func (f *Face) lent(c *call) (store.Pass, error) {
	if f.Passes == nil {
		return store.Pass{}, verno.NotFound("route_not_found")
	}
	passes, err := f.Passes.OpenAppleLink(c.r.Context(), c.r.PathValue("file"), c.Query.Get("until"), c.Query.Get("token"))
	switch {
	case errors.Is(err, pass.ErrToken) || err == nil && len(passes) != 1:
		return store.Pass{}, verno.NotFound("wallet_link_over")
	case err != nil:
		return store.Pass{}, err
	}
	return passes[0], f.brand(c, passes[0].Tenant)
}

// phone is what a phone shows that has read the code off another screen.
func (f *Face) phone(c *call) error {
	issued, err := f.lent(c)
	if err != nil {
		return err
	}
	offer, err := f.Passes.Offer(c.r.Context(), issued.Tenant)
	if err != nil {
		return err
	}
	file := url.PathEscape(c.r.PathValue("file"))
	w := choose(offer, device(c.r), pass.DownloadPath+file+"?"+c.Query.Encode(), phonePath+file+"/google?"+c.Query.Encode())
	return c.show(c.Say("wallet.title"), phonePage(c, w))
}

func (f *Face) phoneToGoogle(c *call) error {
	issued, err := f.lent(c)
	if err != nil {
		return err
	}
	return f.save(c, issued)
}

// badge is a wallet's button, with what is written on it in two lines, as its maker draws it.
type badge struct {
	link, verb, name string
}

func appleBadge(p *view.Page, link string) badge {
	return badge{link, p.Say("wallet.apple_verb"), p.Say("wallet.apple_name")}
}

func googleBadge(p *view.Page, link string) badge {
	return badge{link, p.Say("wallet.google_verb"), p.Say("wallet.google_name")}
}
