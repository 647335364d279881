package member_test

import (
	"strconv"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// give puts a template of a kind into force as it begins and gives the guest a card of it, first of all that they have.
func (p *pocket) give(kind string) verno.CardID {
	p.t.Helper()
	s, ctx := p.Server, p.t.Context()
	k, _ := card.Find(kind)
	made, err := s.Office.CreateTemplate(ctx, p.boss, s.Now(), p.Made.Live.Programme, k.Template(k.Title.In("ru")))
	check(p.t, err)
	_, err = s.Office.PublishTemplate(ctx, p.boss, s.Now(), made.ID, 0, "")
	check(p.t, err)
	c, err := s.Roll.IssueOf(ctx, p.boss, s.Now(), made.ID, p.guest.ID, card.Document{})
	check(p.t, err)
	p.guest.Cards[0] = c
	return c.ID
}

// TestPageHasLargeWhatWalletsHave: what a card has large in wallets is large on its page, were it nothing yet.
func TestPageHasLargeWhatWalletsHave(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"stored_value": "Деньги 0 ₽", "discount": "Ваша скидка 5 %", "miles": "Мили 0", "points": "На карте 0 баллов"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := newPocket(t, "ru", "")
			p.give(kind)
			tab := webtest.Open(t).Tab(360, 780, "ru")
			p.open(tab)
			tab.Until(`document.getElementById("balance")?.innerText.replace(/\s+/g, " ").trim() === ` + strconv.Quote(want))
			picture(t, tab, "card-large-"+kind)
		})
	}
}

// TestPassFollows: the page of a member's pass sees an entry by itself, as it does a purchase.
func TestPassFollows(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	id := p.give("club_pass")
	tab := webtest.Open(t).Tab(360, 780, "ru")
	p.open(tab)
	left := func(n string) {
		tab.Until(`document.getElementById("about").innerText.replace(/\s/g, " ").includes("` + n + ` из 8")`)
	}
	left("8")
	_, secret, err := p.Server.Roll.Secret(t.Context(), p.boss.Tenant, id)
	check(t, err)
	till := p.boss
	till.Store, till.Terminal = p.Made.Live.Store, p.Made.Live.Terminal
	_, _, err = p.Server.Till.Admit(t.Context(), till, checkout.Admit{Key: "in", Scan: secret.Machine})
	check(t, err)
	left("7")
}
