package till_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// TestSaleByPhone pairs a new till by the code that the desk shows and sells to a guest who says a phone number, with the
// keyboard alone; then the sale is undone.
func TestSaleByPhone(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 768, 1024)
	phone, _ := s.member("Мария", 1)
	s.Go(s.Base + "/till/")
	s.See("#code")
	var code struct {
		Code string `json:"code"`
	}
	s.call("POST", "/terminals/"+s.terminal+"/pairing_code", map[string]any{}, &code)
	s.Type("#code", code.Code+"\r")
	s.See(".pin-name")
	s.begin()
	s.enter(phone)
	s.See(".guest .name")
	s.enter("450")
	s.See("#pay-cash")
	s.Until(`document.querySelector(".earn strong")?.textContent.includes("22,5") || document.querySelector(".earn strong")?.textContent.includes("22")`)
	s.See("#pay-cash:not(:disabled)")
	s.Keys("\r") // The field is empty: Enter goes to the first way to pay.
	s.Until(`document.activeElement.id === "pay-card"`)
	s.Keys("\t")
	s.Until(`document.activeElement.id === "pay-cash"`)
	s.Keys("\r")
	s.See(".done")
	got := s.receipts()
	if len(got) != 1 || got[0].Totals.Payable.Amount != 45000 || got[0].Member == "" || got[0].Cashier != s.cashiers[0] || got[0].Totals.Earn == 0 {
		t.Fatalf("sold %+v", got)
	}
	s.Click("#undo")
	s.See(".undone")
	if got := s.receipts(); len(got) != 2 || got[0].Kind != "return" {
		t.Fatalf("undone %+v", got)
	}
	s.Click("#next")
	s.See("#scan")
	if said := s.Text("body"); strings.Contains(said, "⟨") {
		t.Error("a message is missing: ", said)
	}
}

// TestSpend shows live codes: the balance is seen, points are spent at most and by the keypad, and a code that was shown
// once is refused the second time.
func TestSpend(t *testing.T) {
	t.Parallel()
	s := newShop(t, "en", 1440, 900)
	s.Allow("status of 403")
	phone, card := s.member("Elizabeth-Alexandra", 2)
	s.open()
	s.enter(phone)
	s.See(".guest .name")
	s.enter("9000")
	s.See(".earn strong")
	s.Click("#pay-card:not(:disabled)")
	s.See(".done")
	s.Click("#next")

	code := s.live(card)
	s.enter(code)
	s.See(".guest .tag.good")
	s.enter("400")
	s.See("#spend-most")
	s.Click("#spend-most")
	s.Until(`document.querySelector("#spend-most[aria-pressed=true]") && !document.querySelector(".total.busy")`)
	s.Click("#spend-own")
	s.See("#own-points")
	s.Type("#own-points", "123")
	s.Keys("\r")
	s.Until(`document.querySelector("#spend-own[aria-pressed=true] strong")?.textContent === "123" && !document.querySelector(".total.busy")`)
	s.Click("#pay-cash:not(:disabled)")
	s.See(".done")
	if got := s.receipts(); len(got) != 2 || got[0].Totals.Points == 0 {
		t.Fatalf("sold %+v", got)
	}
	s.Click("#next")
	s.enter(code)
	s.See(".said .notice.bad")
	if said := s.Text(".said"); !strings.Contains(said, "new code") {
		t.Errorf("a code that was used: %q", said)
	}
}

// TestTotalsChange: the rules change between the quote and the sale. The new total is shown beside the old one and taken
// with one touch.
func TestTotalsChange(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 360, 740)
	s.Allow("status of 409")
	phone, _ := s.member("Иннокентий", 3)
	s.open()
	s.enter(phone)
	s.See(".guest .name")
	s.enter("500")
	s.See(".earn strong")
	s.discount()
	s.Click("#pay-cash:not(:disabled)")
	s.See("#accept")
	s.Click("#accept")
	s.See(".done")
	if got := s.receipts(); len(got) != 1 || got[0].Totals.Payable.Amount != 45000 {
		t.Fatalf("sold %+v", got)
	}
}

// discount publishes ten per cent off everything.
func (s *shop) discount() {
	s.tb.Helper()
	programme := "/programmes/" + s.Made.Live.Programme.String()
	s.call("POST", programme+"/promotions", map[string]any{"name": "−10 %", "type": "percent_discount", "active": true, "settings": map[string]any{"percent": "10"}}, nil)
	var draft struct {
		Revision int64 `json:"revision"`
	}
	s.call("GET", programme, nil, &draft)
	s.publish(programme, draft.Revision)
}

// TestEnrol: a number that nobody has becomes a guest at the till.
func TestEnrol(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 768, 1024)
	s.Allow("status of 404")
	s.open()
	s.enter("8 916 777-12-34")
	s.See("#enrol")
	s.Click("#enrol")
	s.Type("#join-name", "Константин")
	s.Keys("\r")
	s.Until(`document.querySelector("dialog .bad").textContent !== ""`)
	s.Click("#join-agree")
	s.Click("#join-do")
	s.See(".guest .name")
}

// TestReturn finds a receipt by what its slip says in code, and shows what is given and taken back before anything is.
func TestReturn(t *testing.T) {
	t.Parallel()
	s := newShop(t, "en", 768, 1024)
	s.Allow("status of 404")
	phone, _ := s.member("Ann", 5)
	s.open()
	s.Click("#tab-back")
	s.See(".recent p")
	s.Click("#tab-sale")
	s.enter(phone)
	s.See(".guest .name")
	s.enter("300")
	s.Click("#edit")
	s.enter("200")
	s.See(".earn strong")
	s.Click("#pay-card:not(:disabled)")
	s.See(".done")
	sold := s.receipts()[0]
	s.Click("#next")
	s.Click("#tab-back")
	s.See(".button.receipt")
	s.Type("#receipt", "77777\r")
	s.See(".said .notice")
	s.Type("#receipt", sold.ID+"\r")
	s.See(".return-lines .what")
	s.Click(".return-lines .what")
	s.See("#return")
	if said := s.Text(".outcome"); !strings.Contains(said, "₽300") || !strings.Contains(said, "Points deducted") {
		t.Errorf("before the return: %q", said)
	}
	if got := s.receipts(); len(got) != 1 {
		t.Fatalf("a trial was written: %+v", got)
	}
	s.Click("#return")
	s.See(".done")
	if got := s.receipts(); len(got) != 2 || got[0].Kind != "return" {
		t.Fatalf("returned %+v", got)
	}
	s.Click("#tab-totals")
	s.See(".day .to-pay")
	if said := s.Text(".day"); !strings.Contains(said, "₽500") || !strings.Contains(said, "₽300") {
		t.Errorf("the day: %q", said)
	}
}

// TestDayTellsOfCashback: the totals of the day say what cashback guests were given, apart from points.
func TestDayTellsOfCashback(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 1024, 768)
	office, boss := s.Server.Office, auth.Operator(s.Made.Live.Tenant)
	_, err := office.CreatePromotion(t.Context(), boss, s.Server.Now(), s.Made.Live.Programme, verno.Promotion{
		Name: "Кешбэк", Type: "cashback", Active: true, Settings: json.RawMessage(`{"percent":"10"}`),
	})
	if err == nil {
		_, err = office.Publish(t.Context(), boss, s.Server.Now(), s.Made.Live.Programme, 0, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	_, card := s.member("Мария", 7)
	s.open()
	s.enter(s.live(card))
	s.See(".guest .name")
	s.enter("1000")
	s.Click("#pay-cash:not(:disabled)")
	s.See(".done")
	s.Click("#next")
	s.Click("#tab-totals")
	s.See("#day-cashback")
	if said := strings.ReplaceAll(s.Text("#day-cashback"), "\u00a0", " "); !strings.Contains(said, "Начислено 100 ₽") || !strings.Contains(said, "Списано 0 ₽") {
		t.Errorf("the day says of cashback: %q", said)
	}
	s.picture("totals-cashback")
}

// TestTopUp puts money on a card and pays with it.
func TestTopUp(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 1024, 768)
	_, card := s.member("Мария", 6)
	s.open()
	s.enter(s.live(card))
	s.See(".guest .name")
	s.Click(".guest-notes .button")
	s.Type("#top-sum", "1000")
	s.Click("#top-cash")
	s.See("dialog .notice.good")
	s.Click("dialog .button.big")
	s.enter("350")
	s.Click("#spend-stored")
	s.Click("#pay-free:not(:disabled)")
	s.See(".done")
	s.Click("#next")
	s.Click("#tab-totals")
	s.See("#day-top-ups")
	if said := strings.ReplaceAll(s.Text(".day"), "\u00a0", " "); !strings.Contains(said, "Наличные 1000 ₽") || !strings.Contains(said, "Всего 1000 ₽") {
		t.Errorf("the drawer with a top-up: %q", said)
	}
}

// TestSlip: the code on a slip is read back as the receipt's name.
func TestSlip(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 768, 1024)
	s.open()
	s.enter("99,90")
	s.Until(`!document.querySelector("#pay-cash")?.disabled`)
	s.Click("#pay-cash:not(:disabled)")
	s.See(".done")
	s.Click(".done .row .button:last-child")
	s.See(".slip-code")
	s.Until(`document.querySelector(".slip-code").naturalWidth > 0`)
	if read := s.ReadCode(".slip-code"); read != s.receipts()[0].ID {
		t.Errorf("the slip's code says %q", read)
	}
}
