package member_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/member"
)

// TestLinkOpensTheCard: the address that a member was sent shows the ways into the phone, and puts the card into one
// browser; looking at it alone, as messengers do, uses nothing up.
func TestLinkOpensTheCard(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	letters := make(chan member.Letter, 1)
	courier := &p.Server.Roll.Courier
	courier.Base, courier.Words = "https://cards.example", func(_, _ string, _ bool, _, address string) (subject, text string) {
		return "", "Карта: " + address
	}
	courier.Deliver = map[string]func(context.Context, member.Letter) (bool, error){
		member.BySMS: func(_ context.Context, l member.Letter) (bool, error) {
			letters <- l
			return false, nil
		},
	}
	_, err := p.Server.Roll.SendLink(t.Context(), p.boss, p.Server.Now(), member.LinkRequest{Card: p.guest.Cards[0].ID, Channel: member.BySMS})
	check(t, err)
	check(t, p.Server.Roll.Deliver(t.Context(), p.Server.Now))
	text := (<-letters).Text
	at := regexp.MustCompile(`https://cards\.example(/c/l/\S+)`).FindStringSubmatch(text)
	if at == nil {
		t.Fatalf("the text says %q", text)
	}
	v := newVisitor(t)
	for range 2 {
		status, page := v.ask(p.Base + at[1])
		if status != http.StatusOK || !strings.Contains(page, `id="open-here"`) {
			t.Errorf("%d %.300s", status, page)
		}
	}
	status, page := v.post(p.Base+at[1], nil)
	if status != http.StatusOK || !strings.Contains(page, `id="symbol"`) {
		t.Errorf("opened: %d %.300s", status, page)
	}
	other := newVisitor(t)
	if status, page = other.ask(p.Base + at[1]); status != http.StatusOK || strings.Contains(page, `id="open-here"`) {
		t.Errorf("a second browser: %d %.300s", status, page)
	}
	if status, _ = other.post(p.Base+at[1], nil); status != http.StatusNotFound {
		t.Errorf("a second browser opens it: %d", status)
	}
	for _, wrong := range []string{"x", strings.Repeat("0", 26), strings.Repeat("ж", 26), "%00"} {
		if status, _ := other.ask(p.Base + member.LinkPath + url.PathEscape(wrong)); status != http.StatusNotFound {
			t.Errorf("%q: %d", wrong, status)
		}
	}
}

// TestMovePlasticOnThePage: a member brings the plastic card along; whoever types nonsense keeps what was typed.
func TestMovePlasticOnThePage(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	ctx, roll, now := t.Context(), p.Server.Roll, p.Server.Now()
	blank, err := roll.StockCards(ctx, p.boss, now, 2)
	check(t, err)
	plastic, err := roll.Enrol(ctx, p.boss, now, member.Enrol{CardNumber: blank[0].Number})
	check(t, err)
	_, err = roll.Adjust(ctx, p.boss, now, member.Adjust{Member: plastic.ID, Points: 40, Reason: "migration"})
	check(t, err)
	v := p.owner()
	for range 2 {
		status, page := v.post(p.Base+"/c/move", url.Values{"number": {blank[1].Number}})
		if status != http.StatusOK || !strings.Contains(page, "Готово, карта перенесена") {
			t.Errorf("%d %.400s", status, page)
		}
	}
	for _, sum := range []string{"", "много", "1e9", "٣"} {
		status, page := v.post(p.Base+"/c/move", url.Values{"number": {blank[0].Number}, "prove": {"1"}, "date": {"2026-01-01"}, "paid": {sum}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, `name="paid"`) {
			t.Errorf("paid %q: %d", sum, status)
		}
	}
	for _, text := range nonsense {
		status, page := v.post(p.Base+"/c/move", url.Values{"number": {text}})
		if status >= 500 || !strings.Contains(page, `name="number"`) {
			t.Errorf("%.20q: %d", text, status)
		}
	}
}
