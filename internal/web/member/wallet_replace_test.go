package member_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// carried is a card that is in a browser, in Apple's wallet and in Google's at once.
type carried struct {
	*pocket
	google *googletest.Google
	pass   store.Pass
	phone  *phone
	tag    string
}

// carry brings the guest's card everywhere.
func carry(t *testing.T) *carried {
	t.Helper()
	p := newPocket(t, "en", "Anna")
	c := &carried{pocket: p, google: connect(t, p.Site)}
	passes, tenant := p.Server.Passes, p.boss.Tenant
	var err error
	c.pass, err = passes.Issue(t.Context(), tenant, p.guest.Cards[0].ID)
	check(t, err)
	_, err = passes.SaveLink(t.Context(), c.pass, "")
	check(t, err)
	token, err := passes.Token(t.Context(), tenant, c.pass.Serial)
	check(t, err)
	c.phone = &phone{t, p.Base, c.pass.Serial, token}
	status, _ := c.phone.ask(http.MethodPost, "devices/phone/registrations/"+passType+"/"+c.pass.Serial, `{"pushToken":"0123456789abcdef0123456789abcdef"}`)
	if status != http.StatusCreated {
		t.Fatalf("registered: %d", status)
	}
	c.tag = c.phone.news("")
	return c
}

// printed is the code of a card that stays the same, as it is on its pass.
func (c *carried) printed(card member.Card) string {
	c.t.Helper()
	_, secret, err := c.Server.Roll.Secret(c.t.Context(), c.boss.Tenant, card.ID)
	check(c.t, err)
	return secret.Machine
}

// atGoogle waits until Google has a card in a state.
func (c *carried) atGoogle(serial, want string) {
	c.t.Helper()
	late := time.After(webtest.Patience)
	for look := time.NewTicker(20 * time.Millisecond); ; {
		state := c.google.Find("loyaltyObject", serial)["state"]
		if state == want {
			return
		}
		select {
		case <-late:
			c.t.Fatalf("at Google the card is %v, not %s", state, want)
		case <-look.C:
		}
	}
}

// TestReplacedCardIsDeadEverywhere follows one replacement: the member puts a new card in the place of a lost one, and the
// old one ends at the till, in the browser of the lost phone, in Apple's wallet and in Google's; the new one is there.
func TestReplacedCardIsDeadEverywhere(t *testing.T) {
	t.Parallel()
	c := carry(t)
	old := c.printed(c.guest.Cards[0])
	if _, err := c.scan(old); err != nil {
		t.Fatal("before it is replaced: ", err)
	}
	lost, kept := webtest.Open(t).Tab(360, 740, "en"), webtest.Open(t).Tab(360, 740, "en")
	c.open(lost)
	c.open(kept)
	live := shown(lost)
	c.atGoogle(c.pass.Serial, "ACTIVE")

	kept.Go(c.Base + "/c/settings")
	kept.Click("#replace summary")
	kept.See("#replace button")
	kept.Click("#replace button")
	kept.See(".notice.good")

	for name, code := range map[string]string{"printed": old, "live": live} {
		if _, err := c.scan(code); err == nil {
			t.Errorf("the %s code of the old card is still read", name)
		}
	}
	lost.Go(c.Base + "/c/settings")
	lost.Until(`location.pathname !== "/c/settings"`)
	c.deadInWallets()
	c.aliveAgain(kept)
}

// deadInWallets looks at the old card in both wallets.
func (c *carried) deadInWallets() {
	c.t.Helper()
	if tag := c.phone.news(c.tag); tag == c.tag { // That tags grow is the server's to know: they are opaque.
		c.t.Errorf("the tag stays at %s", tag)
	}
	status, file := c.phone.ask(http.MethodGet, "passes/"+passType+"/"+c.pass.Serial, "")
	if status != http.StatusOK {
		c.t.Fatalf("the old pass is answered %d", status)
	}
	report, err := pass.Inspect(file, c.Server.Now())
	check(c.t, err)
	if report.Pass["voided"] != true {
		c.t.Errorf("the old pass is not void: %v", report.Pass["voided"])
	}
	c.atGoogle(c.pass.Serial, "INACTIVE")
}

// aliveAgain looks at the new card, which is the same member's and has a pass of its own.
func (c *carried) aliveAgain(tab *webtest.Tab) {
	c.t.Helper()
	cards, err := c.Server.Roll.Cards(c.t.Context(), c.boss, c.guest.ID)
	check(c.t, err)
	for _, card := range cards {
		if card.ID == c.pass.Card {
			continue
		}
		if _, err := c.scan(c.printed(card)); err != nil {
			c.t.Error("the new card: ", err)
		}
		fresh, err := c.Server.Passes.Issue(c.t.Context(), c.boss.Tenant, card.ID)
		check(c.t, err)
		if fresh.Serial == c.pass.Serial {
			c.t.Error("the new card has the pass of the old one")
		}
	}
	tab.Go(c.Base + "/c/")
	tab.See("#show.ready")
	tab.See("#apple-wallet") // What the phone had kept of the page is shown first.
	if got := buttons(tab); len(cards) != 2 || got != "apple-wallet google-wallet" {
		c.t.Errorf("of %d cards the new one is offered %q", len(cards), got)
	}
}
