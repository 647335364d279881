package member_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/web/webtest"
	"github.com/verno-loyalty/verno/money"
)

// sold is a shop that has sold a certificate to somebody without a card.
type sold struct {
	*webtest.Site
	t    *testing.T
	boss verno.Actor
	card verno.CardID
}

func newSold(t *testing.T, db, lang string) *sold {
	t.Helper()
	p := &sold{Site: webtest.ServeOn(t, db, lang, webtest.Size{}, nil), t: t}
	s, ctx := p.Server, t.Context()
	p.boss = auth.Operator(p.Made.Live.Tenant)
	kind, _ := card.Find("gift_certificate")
	made, err := s.Office.CreateTemplate(ctx, p.boss, s.Now(), p.Made.Live.Programme, kind.Template("Gift"))
	check(t, err)
	_, err = s.Office.PublishTemplate(ctx, p.boss, s.Now(), made.ID, 0, "")
	check(t, err)
	wish := map[string]string{"ru": "С днём рождения, дорогая Александра! Пусть всё задуманное сбудется.", "en": "Happy birthday, dear Alexandra!"}[lang]
	c, _, err := s.Till.SellCertificate(ctx, p.boss, checkout.SellCertificate{
		Key: "gift", Template: made.ID, Amount: 500_000, Currency: "RUB", Store: p.Made.Live.Store, Tender: verno.TenderCash,
		Document: card.Document{Values: map[string]string{"wish": wish}},
	})
	check(t, err)
	p.card = c.Card
	return p
}

// link is the address of a link that is shown on a screen.
func (p *sold) link() string {
	p.t.Helper()
	l, err := p.Server.Roll.SendLink(p.t.Context(), p.boss, p.Server.Now(), member.LinkRequest{Card: p.card, Channel: member.OnScreen})
	check(p.t, err)
	return p.Base + l.Path
}

// TestHeldCard: whoever is given the link has the card in one browser, with its code and what is left on it; nobody else
// has, and it opens no member's pages. A newer link takes it over, and a card that was replaced is nowhere any more.
func TestHeldCard(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			p := newSold(t, storetest.Empty(t, engine), "ru")
			_, secret, err := p.Server.Roll.Secret(t.Context(), p.boss.Tenant, p.card)
			check(t, err)
			at, page := p.link(), p.Base+"/c/g/"+p.card.String()+"/"
			v, other := newVisitor(t), newVisitor(t)
			for range 2 {
				if status, body := v.ask(at); status != http.StatusOK || !strings.Contains(body, `id="open-here"`) || strings.Contains(body, `class="digits"`) {
					t.Errorf("looked at: %d %.400s", status, body)
				}
			}
			if status, body := v.post(at, nil); status != http.StatusOK || !strings.Contains(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(body), "5000 ₽") || !strings.Contains(body, "Александра") {
				t.Errorf("opened: %d %s", status, body)
			}
			if status, body := v.ask(page); status != http.StatusOK || !strings.Contains(body, secret.Number[:4]) {
				t.Errorf("looked at again: %d %.400s", status, body)
			}
			for _, below := range []string{"/c/history", "/c/settings"} {
				if _, body := v.ask(p.Base + below); strings.Contains(body, secret.Number[:4]) {
					t.Errorf("%s: %.400s", below, body)
				}
			}
			if status, _ := other.post(at, nil); status != http.StatusNotFound {
				t.Errorf("a second browser: %d", status)
			}
			if status, _ := other.ask(page); status != http.StatusNotFound {
				t.Errorf("the page in another browser: %d", status)
			}
			if status, _ := other.post(p.link(), nil); status != http.StatusOK {
				t.Errorf("by a newer link: %d", status)
			}
			if status, _ := v.ask(page); status != http.StatusNotFound {
				t.Errorf("the first browser afterwards: %d", status)
			}
			_, err = p.Server.Roll.ReplaceCard(t.Context(), p.boss, p.Server.Now(), member.CardRequest{Card: p.card, Reason: "lost"})
			check(t, err)
			if status, _ := other.ask(page); status != http.StatusNotFound {
				t.Errorf("a card that was replaced: %d", status)
			}
		})
	}
}

// TestHeldCardIsPictured looks at the pages by which somebody without a card has a certificate in a phone.
func TestHeldCardIsPictured(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := newSold(t, storetest.Empty(t, store.SQLite), lang)
			tab := webtest.Open(t).Tab(360, 740, lang)
			tab.Go(p.link())
			keepPictures(t, tab, "held-link-"+lang)
			tab.Click("#open-here")
			tab.See(".show .code")
			text := tab.ReadCode(".show .code")
			if found, err := p.Server.Roll.FindCard(t.Context(), p.boss, text); err != nil || found.ID != p.card {
				t.Errorf("the code is read as %q, which is %v: %v", text, found.ID, err)
			}
			keepPictures(t, tab, "held-"+lang)
		})
	}
}

// TestHeldCardFollows: what a till does to a card that is nobody's is seen on the page that stands open, and what its
// holder has unfolded stays so.
func TestHeldCardFollows(t *testing.T) {
	t.Parallel()
	p := newSold(t, storetest.Empty(t, store.SQLite), "ru")
	tab := webtest.Open(t).Tab(360, 740, "ru")
	tab.Go(p.link())
	tab.Click("#open-here")
	tab.Click("details.data summary")
	_, secret, err := p.Server.Roll.Secret(t.Context(), p.boss.Tenant, p.card)
	check(t, err)
	goods := verno.Basket{Currency: "RUB", Lines: []verno.Line{{ID: "tea", SKU: "tea", Quantity: money.One, Price: 120_000}}}
	till := p.boss
	till.Store, till.Terminal = p.Made.Live.Store, p.Made.Live.Terminal
	_, _, err = p.Server.Till.Commit(t.Context(), till, checkout.Commit{
		Key: "tea", CheckoutID: "tea", Number: "tea", Sale: checkout.Sale{Basket: goods}, Totals: verno.Totals{Gross: 120_000, Payable: 120_000},
		Tenders: []verno.Tender{{Kind: verno.TenderCertificate, Amount: 120_000, Scan: secret.Machine}},
	})
	check(t, err)
	tab.Until(`document.querySelector(".balance strong").textContent.replace(/\s/g, "") === "3800₽"`)
	if !webtest.Eval[bool](tab, `document.querySelector("details.data").open`) {
		t.Error("what was unfolded is folded")
	}
}
