package member_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/member"
)

// TestPaymentCardRemoved: a member sees by which bank cards they are known, and removes one; another's stays.
func TestPaymentCardRemoved(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	v := p.owner()
	const title = "Банковские карты"
	if _, page := v.ask(p.Base + "/c/settings"); strings.Contains(page, title) {
		t.Error("there is a list of no cards")
	}
	other, err := p.Server.Roll.Enrol(t.Context(), p.boss, p.Server.Now(), member.Enrol{Programme: p.Made.Live.Programme})
	check(t, err)
	register := func(q member.PaymentCardRequest) member.PaymentCard {
		q.Consent = &member.Agreement{Granted: true, Text: "Узнавайте меня по этой карте."}
		c, _, err := p.Server.Roll.RegisterPaymentCard(t.Context(), p.boss, p.Server.Now(), q)
		check(t, err)
		return c
	}
	hers := register(member.PaymentCardRequest{Member: p.guest.ID, Token: "V0010013020030040050060070080", Scheme: "mir", LastFour: "0042", Name: "<b>зарплатная"})
	another := register(member.PaymentCardRequest{Member: other.ID, Token: "V0010013020030040050060070081"})
	_, page := v.ask(p.Base + "/c/settings")
	for _, part := range []string{title, "Мир •\u00a00042", html.EscapeString("<b>зарплатная"), hers.ID.String()} {
		if !strings.Contains(page, part) {
			t.Errorf("the settings say nothing of %s", part)
		}
	}
	if strings.Contains(page, another.ID.String()) || strings.Contains(page, "V0010013") {
		t.Error("the settings tell too much")
	}
	for _, id := range []string{another.ID.String(), "nonsense", ""} {
		if status, _ := v.post(p.Base+"/c/payment", url.Values{"payment": {id}}); status < 400 {
			t.Errorf("removing %q is answered %d", id, status)
		}
	}
	if status, page := v.post(p.Base+"/c/payment", url.Values{"payment": {hers.ID.String()}}); status != http.StatusOK || !strings.Contains(page, "Банковская карта отвязана") || strings.Contains(page, title) {
		t.Errorf("after it was removed: %d", status)
	}
	left, err := p.Server.Roll.PaymentCards(t.Context(), p.boss, other.ID)
	check(t, err)
	if len(left) != 1 {
		t.Errorf("the other one has %+v", left)
	}
}
