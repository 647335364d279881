package till_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// shop is a till in a browser, with a cashier at it.
type shop struct {
	*webtest.Site
	*webtest.Tab
	tb       testing.TB
	owner    *rig.Client
	terminal string
	cashiers []string
	lang     string
}

const pin = "7391"

// newShop starts a Verno with a till, which is not paired yet, and two cashiers, and opens its page.
func newShop(tb testing.TB, lang string, width, height int64) *shop {
	tb.Helper()
	site := webtest.Serve(tb, lang, webtest.Size{}, nil)
	s := &shop{Site: site, Tab: webtest.Open(tb).Tab(width, height, lang), tb: tb, owner: site.Chain.Owner, lang: lang}
	var made struct {
		ID string `json:"id"`
	}
	s.call("POST", "/terminals", map[string]any{"store_id": site.Made.Live.Store.String(), "name": "2"}, &made)
	s.terminal = made.ID
	names := []string{"Аня", "Владислава Константинопольская"}
	if lang != "ru" {
		names = []string{"Anna", "Bartholomew Featherstonehaugh"}
	}
	for _, name := range names {
		s.call("POST", "/staff", map[string]any{"name": name, "role": "cashier", "pin": pin}, &made)
		s.cashiers = append(s.cashiers, made.ID)
	}
	return s
}

// call asks the API as the owner does.
func (s *shop) call(method, path string, body, out any) {
	s.tb.Helper()
	if err := s.owner.Call(s.tb.Context(), method, "/api/v1"+path, "", body, out); err != nil {
		s.tb.Fatal(method, path, err)
	}
}

// open pairs the till, and lets the first cashier begin.
func (s *shop) open() {
	s.tb.Helper()
	var code struct {
		Code string `json:"code"`
	}
	s.call("POST", "/terminals/"+s.terminal+"/pairing_code", map[string]any{}, &code)
	s.Go(s.Base + "/till/#pair=" + code.Code)
	s.begin()
}

// begin chooses the first cashier.
func (s *shop) begin() {
	s.tb.Helper()
	s.Click(".pin-name")
	s.Type("#pin", pin+"\r")
	s.See("#scan")
}

// member enrols somebody with a card, and gives the phone and the card.
func (s *shop) member(name string, n int) (phone, card string) {
	s.tb.Helper()
	var made struct {
		Cards []struct {
			ID string `json:"id"`
		} `json:"cards"`
	}
	phone = "+7916555" + strconv.Itoa(1000+n)
	s.call("POST", "/members", map[string]any{"phone": phone, "first_name": name, "issue_card": true}, &made)
	return phone, made.Cards[0].ID
}

// live is what a card shows now.
func (s *shop) live(card string) string {
	s.tb.Helper()
	var shown struct {
		Codes []struct {
			Code string `json:"code"`
		} `json:"codes"`
	}
	s.call("POST", "/cards/"+card+"/code", map[string]any{}, &shown)
	return shown.Codes[0].Code
}

// sale is a receipt, as far as tests look at it.
type sale struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Totals struct {
		Payable struct {
			Amount int64 `json:"amount"`
		} `json:"payable"`
		Points int64 `json:"points"`
		Earn   int64 `json:"earn"`
	} `json:"totals"`
	Member  string `json:"member_id"`
	Cashier string `json:"cashier_id"`
}

// receipts are those of the till, the newest first.
func (s *shop) receipts() []sale {
	s.tb.Helper()
	var found struct {
		Items []sale `json:"items"`
	}
	s.call("POST", "/receipts/search", map[string]any{"terminal_id": s.terminal}, &found)
	return found.Items
}

// enter types a line into the till's field as a person does, who takes a breath before Enter.
func (s *shop) enter(text string) {
	s.tb.Helper()
	s.Type("#scan", text)
	webtest.Eval[bool](s.Tab, `new Promise((done) => setTimeout(() => done(true), 120))`)
	s.Keys("\r")
}

// put puts a text into a field in place of what is there, as pasting does.
func (s *shop) put(css, text string) {
	s.tb.Helper()
	s.See(css)
	webtest.Eval[bool](s.Tab, fmt.Sprintf(`(() => {
		const field = document.querySelector(%q);
		field.value = %q;
		return field.dispatchEvent(new Event("input", { bubbles: true }));
	})()`, css, text))
}

// publish puts a programme's drafts into force.
func (s *shop) publish(programme string, revision int64) {
	s.tb.Helper()
	if err := s.owner.CallIf(s.tb.Context(), "POST", "/api/v1"+programme+"/publish", strconv.FormatInt(revision, 10), map[string]any{}, nil); err != nil {
		s.tb.Fatal(err)
	}
}
