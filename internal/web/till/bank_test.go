package till_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

const par = "V0010013020030040050060070080"

// hand gives the till what a terminal says, through the program beside it.
func (s *shop) hand(text string) {
	s.tb.Helper()
	webtest.Eval[bool](s.Tab, `(() => { location.hash = "#scan=" + encodeURIComponent("`+text+`"); return true })()`)
}

// TestBankCardAtTheTill: a bank card that a terminal tells of is offered to the guest who is there, is registered with the
// guest's proof and consent only, and finds the guest the next time, with a word that it proves little. It puts nobody in the
// place of a guest who is there, and starts no sale when one is done.
func TestBankCardAtTheTill(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, lang, 768, 1024)
			s.Allow("status of 404", "status of 403", "status of 409", "status of 422")
			name := map[string]string{"ru": "Александра-Константиновна", "en": "Wilhelmina-Alexandrina"}[lang]
			phone, card := s.member(name, 5)
			other, _ := s.member("Борис", 6)
			say := func(ru, en string) string { return map[string]string{"ru": ru, "en": en}[lang] }
			s.open()
			s.hand("pay:" + par + ";mir;0042")
			s.See(".said .notice")
			if said := s.Text(".said"); !strings.Contains(said, say("пока ничья", "nobody’s yet")) {
				t.Errorf("the till says %q", said)
			}
			s.picture("bank-nobodys")
			s.enter(phone)
			s.Click("#bind")
			s.Click("#bank-pin")
			s.See("#guest-pin") // A phone that was said proves nothing.
			s.Click("dialog.over header .button")
			s.enter(s.live(card))
			s.See(".guest .tag.good")
			s.picture("bank-bind")
			s.Click("#bind")
			s.See("#bank-do:disabled")
			s.Click("#bank-yes")
			s.picture("bank-consent")
			s.Click("#bank-do")
			s.See(".said .notice.good")
			s.Until(`!document.querySelector("#bind")`)
			s.registered(phone)
			s.Click(".guest-head > .button")
			s.Until(`!document.querySelector(".guest .name")`)
			s.hand("pay:" + par + ";mir;0042")
			s.See("#by-bank")
			if said := s.Text(".guest"); !strings.Contains(said, name) || !strings.Contains(said, "0042") || !strings.Contains(said, "PIN") {
				t.Errorf("the guest is %q", said)
			}
			s.picture("bank-guest")
			s.enter(other)
			s.Until(`document.querySelector(".guest .name") && !document.querySelector("#by-bank")`)
			s.hand("pay:" + par + ";mir;0042")
			s.See(".said .notice.warn")
			if said := s.Text(".said"); !strings.Contains(said, say("другому гостю", "another guest")) {
				t.Errorf("the till says %q", said)
			}
			s.enter("100")
			s.Click("#pay-card:not(:disabled)")
			s.See(".done")
			s.hand("pay:" + par + ";mir;0042")
			s.Until(`location.hash === ""`) // The till has heard of it.
			s.See(".done")
			if sold := s.receipts()[0]; sold.Member == "" {
				t.Error("the sale is nobody's")
			}
		})
	}
}

// registered sees that a member has one bank card, registered by this till with the words that were shown.
func (s *shop) registered(phone string) {
	s.tb.Helper()
	var found struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	s.call(http.MethodPost, "/members/search", map[string]any{"phone": phone}, &found)
	id, err := verno.ParseID[verno.MemberID](found.Items[0].ID)
	if err != nil {
		s.tb.Fatal(err)
	}
	boss := auth.Operator(s.Made.Live.Tenant)
	cards, err := s.Server.Roll.PaymentCards(s.tb.Context(), boss, id)
	if err != nil || len(cards) != 1 || cards[0].Scheme != "mir" || cards[0].LastFour != "0042" {
		s.tb.Errorf("registered %+v, %v", cards, err)
	}
	consents, err := s.Server.Roll.Consents(s.tb.Context(), boss, id)
	if err != nil || len(consents) == 0 || consents[len(consents)-1].Purpose != "payment_card" || consents[len(consents)-1].Channel != "till" {
		s.tb.Errorf("agreed to %+v, %v", consents, err)
	}
}
