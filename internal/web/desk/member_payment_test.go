package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

const payReference = "V0010013020030040050060070080"

// paying registers two bank cards for a member: one by which the member was known at a till, and one of which little is told.
func paying(tb testing.TB, site *webtest.Site, id verno.MemberID) (cards []member.PaymentCard) {
	tb.Helper()
	s, boss := site.Server, auth.Operator(site.Made.Live.Tenant)
	for _, q := range []member.PaymentCardRequest{
		{Token: payReference, Scheme: "mir", LastFour: "0042", Name: "<b>зарплатная"}, {Token: payReference[:28] + "1"},
	} {
		q.Member, q.Consent = id, &member.Agreement{Granted: true, Text: "Узнавайте меня по этой карте."}
		c, _, err := s.Roll.RegisterPaymentCard(tb.Context(), boss, s.Now(), q)
		if err != nil {
			tb.Fatal(err)
		}
		cards = append(cards, c)
	}
	if _, err := s.Till.Identify(tb.Context(), boss, checkout.Identify{PaymentCard: payReference, Store: site.Made.Live.Store}); err != nil {
		tb.Fatal(err)
	}
	return cards
}

// TestBankCardsOfAMember: the desk shows by which bank cards a member is known, since when and when last, never what stands for
// them; it asks before one is removed, and then nobody is known by it; and who may not change members sees no way to.
func TestBankCardsOfAMember(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 2}, nil)
	s, boss := site.Server, auth.Operator(site.Made.Live.Tenant)
	list, err := s.Roll.List(t.Context(), boss, verno.MemberID{}, 2)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	w := enter(t, site, "ru")
	at := "/desk/members/" + list[0].ID.String()
	if page := plain(w.get(at).body); strings.Contains(page, "Банковские карты") {
		t.Error("there is a list of no bank cards")
	}
	cards := paying(t, site, list[0].ID)
	page := plain(w.get(at).body)
	for _, part := range []string{"Банковские карты", "Мир • 0042", "&lt;b&gt;зарплатная", "Банковская карта", "Последний раз узнали", "По ней ещё не узнавали", "больше не узнают по карте «Мир • 0042»"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page does not say %q", part)
		}
	}
	if strings.Contains(page, payReference) {
		t.Error("the page tells what stands for the card")
	}
	remove := &shown{action: at + "/payment_cards/" + cards[0].ID.String() + "/remove"}
	if got := w.send(&shown{action: "/desk/members/" + list[1].ID.String() + "/payment_cards/" + cards[0].ID.String() + "/remove"}, nil); got.status != http.StatusNotFound {
		t.Errorf("another member's page: %d", got.status)
	}
	got := w.send(remove, nil)
	if got.status != http.StatusSeeOther {
		t.Fatal(got.status)
	}
	if page := plain(w.get(got.header.Get("Location")).body); !strings.Contains(page, "Банковская карта отвязана") || strings.Contains(page, "0042") {
		t.Error("after it the page does not say so")
	}
	_, err = s.Till.Identify(t.Context(), boss, checkout.Identify{PaymentCard: payReference, Store: site.Made.Live.Store})
	if e := verno.AsError(err); e == nil || e.Code != "card_not_usable" {
		t.Errorf("who was removed is known: %v", err)
	}
	if audit := plain(w.get("/desk/audit").body); !strings.Contains(audit, "Банковская карта отвязана") {
		t.Error("the log does not tell of it")
	}
	if got := w.send(remove, nil); got.status != http.StatusNotFound {
		t.Errorf("twice: %d", got.status)
	}
}

// plain is a page with ordinary spaces, as its texts are written.
func plain(page []byte) string { return strings.ReplaceAll(string(page), "\u00a0", " ") }
