package till_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// template publishes a template of cards.
func (s *shop) template(kind, name, settings string) verno.TemplateID {
	s.tb.Helper()
	k, _ := card.Find(kind)
	draft := k.Template(name)
	draft.Settings = json.RawMessage(settings)
	office, boss := s.Server.Office, auth.Operator(s.Made.Live.Tenant)
	made, err := office.CreateTemplate(s.tb.Context(), boss, s.Server.Now(), s.Made.Live.Programme, draft)
	if err != nil {
		s.tb.Fatal(err)
	}
	if _, err := office.PublishTemplate(s.tb.Context(), boss, s.Server.Now(), made.ID, 0, ""); err != nil {
		s.tb.Fatal(err)
	}
	return made.ID
}

// issue makes a card that is nobody's, and gives its number.
func (s *shop) issue(template verno.TemplateID, d card.Document) string {
	s.tb.Helper()
	c, err := s.Server.Roll.IssueOf(s.tb.Context(), auth.Operator(s.Made.Live.Tenant), s.Server.Now(), template, verno.MemberID{}, d)
	if err != nil {
		s.tb.Fatal(err)
	}
	return string(c.Number)
}

// coupon publishes a promotion behind a word and a coupon that opens it, and gives the coupon's number.
func (s *shop) coupon(offer string) string {
	s.tb.Helper()
	office, boss := s.Server.Office, auth.Operator(s.Made.Live.Tenant)
	_, err := office.CreatePromotion(s.tb.Context(), boss, s.Server.Now(), s.Made.Live.Programme, verno.Promotion{
		Name: offer, Type: "fixed_discount", Active: true, Settings: json.RawMessage(`{"amount":10000,"on":"basket"}`), Condition: `coupon("PIE")`,
		Audience: verno.Audience{Anonymous: true},
	})
	if err == nil {
		_, err = office.Publish(s.tb.Context(), boss, s.Server.Now(), s.Made.Live.Programme, 0, "")
	}
	if err != nil {
		s.tb.Fatal(err)
	}
	id := s.template("coupon", offer, fmt.Sprintf(`{"offer":{"en":%q,"ru":%q},"coupon":"PIE"}`, offer, offer))
	return s.issue(id, card.Document{})
}

// certificate sells a certificate, and gives its number.
func (s *shop) certificate(worth int64) string {
	s.tb.Helper()
	var made struct {
		Number string `json:"number"`
	}
	id := s.template("gift_certificate", "Gift", `{"worth":100000,"valid_days":365}`)
	s.keyed("POST", "/certificates", map[string]any{
		"template_id": id.String(), "amount": map[string]any{"amount": worth, "currency": "RUB"}, "store_id": s.Made.Live.Store.String(),
	}, &made)
	return made.Number
}

// keyed asks the API as the owner does, under a key of its own.
func (s *shop) keyed(method, path string, body, out any) {
	s.tb.Helper()
	if err := s.owner.Call(s.tb.Context(), method, "/api/v1"+path, "key-"+path+"-"+s.lang, body, out); err != nil {
		s.tb.Fatal(method, path, err)
	}
}

const lessons = `{"uses":2,"valid_days":30,"activity":{"en":"Yoga","ru":"Йога"}}`

// TestEntry lets somebody in by a pass while a sale waits: green with what is left, asked about when it is scanned again at
// once, red when nothing is left, and undone with one touch; the sale is as it was.
func TestEntry(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 360, 740)
	s.Allow("status of 409", "status of 422")
	pass := s.issue(s.template("club_pass", "Йога, 2 занятия", lessons), card.Document{})
	s.open()
	s.enter("250")
	s.See("#pay-cash:not(:disabled)")
	s.Click("#edit")
	s.enter(pass)
	s.See(".entry-in #undo")
	if said := s.Text(".entry"); !strings.Contains(said, "Проходите") || !strings.Contains(said, "Осталось 1 из 2") {
		t.Errorf("the till says %q", said)
	}
	s.picture("entry-in")
	s.Click("#undo")
	s.See(".entry-undone")
	if said := s.Text(".entry"); !strings.Contains(said, "Осталось 2 из 2") {
		t.Errorf("the till says %q", said)
	}
	s.Click("#next")
	s.See("#scan")
	if n := webtest.Eval[string](s.Tab, `document.querySelector(".to-pay dd").textContent`); !strings.Contains(n, "250") {
		t.Errorf("the sale comes to %q", n)
	}
	s.enter(pass)
	s.See(".entry-in")
	s.Click("#next")
	s.enter(pass)
	s.See(".entry-asks #again")
	s.picture("entry-twice")
	s.Click("#again")
	s.See(".entry-in")
	s.Click("#next")
	s.enter(pass)
	s.See(".entry-asks #again")
	s.Click("#again")
	s.See(".entry-no")
	if said := s.Text(".entry"); !strings.Contains(said, "Входа нет") || !strings.Contains(said, "не осталось") {
		t.Errorf("the till says %q", said)
	}
	s.picture("entry-no")
}

// TestTicket shows the seat of a ticket, once.
func TestTicket(t *testing.T) {
	t.Parallel()
	s := newShop(t, "en", 768, 1024)
	s.Allow("status of 409")
	ticket := s.issue(s.template("event_ticket", "Tasting", `{"name":{"en":"An evening with Brazilian coffee","ru":"Вечер бразильского кофе"}}`),
		card.Document{Values: map[string]string{"section": "Parterre", "row": "3", "seat": "14"}})
	s.open()
	s.enter(ticket)
	s.See(".entry-in")
	if said := s.Text(".entry"); !strings.Contains(said, "Brazilian") || !strings.Contains(said, "14") {
		t.Errorf("the till says %q", said)
	}
	s.picture("entry-ticket")
	s.Click("#next")
	s.enter(ticket)
	s.See(".entry-no")
	s.picture("entry-ticket-used")
}

// TestContact shows whom a business card introduces, by its number and by the code of the card itself.
func TestContact(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 360, 740)
	number := s.issue(s.template("business_card", "Визитки", `{"company":"Кофейня"}`), card.Document{Values: map[string]string{
		"name": "Ольга Синицына-Преображенская", "post": "Управляющая", "phone": "+7 916 111-22-33", "email": "olga@example.com",
	}})
	s.open()
	s.enter(number)
	s.See(".contact")
	s.picture("contact")
	s.Keys("\x1b")
	s.Until(`document.querySelector("dialog") === null`)
	gathered := with[[]string](s.Tab, `const all = [];
		for (const line of ["BEGIN:VCARD", "VERSION:3.0", "N:Sinitsyna;Olga;;;", "FN:Olga Sinitsyna", "ORG:Chaika\\, Ltd", "TEL;TYPE=WORK:+79161112233", "END:VCARD", "4276550012345675"]) {
			const whole = contact.gather(line);
			if (whole !== null) all.push(whole);
		}
		const who = contact.parse(all[0]);
		return [String(all.length), all[1], who.name, who.company, who.phone, String(contact.parse("FN:nobody"))];`, "contact")
	if got := strings.Join(gathered, "|"); got != "2|4276550012345675|Olga Sinitsyna|Chaika, Ltd|+79161112233|null" {
		t.Error(got)
	}
}

// TestCouponAndCertificate: a coupon takes something off and can be taken away, a certificate pays as much as is chosen, and
// both are gone from what is left to pay.
func TestCouponAndCertificate(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 360, 740)
	s.Allow("status of 422", "status of 409")
	coupon, gift := s.coupon("Пирог в подарок к любому большому кофе"), s.certificate(70_000)
	s.open()
	s.giveBack()
	s.enter(coupon)
	s.See(`.paper[data-kind="coupon"]`)
	s.enter("500")
	s.See(`.pad.paying #edit`)
	s.See(`.paper.good[data-kind="coupon"]`)
	s.Until(`document.querySelector(".to-pay dd").textContent.includes("400")`)
	s.Click("#edit")
	s.enter(coupon)
	s.See(".said .notice.warn")
	s.enter(gift)
	s.See("#pay-free:not(:disabled)")
	s.picture("papers")
	s.Click("#certificate-0")
	s.Type("#certificate-sum", "150")
	s.picture("certificate-sum")
	s.Click("#certificate-do:not(:disabled)")
	s.Until(`document.querySelector(".to-pay dd").textContent.includes("250")`)
	s.Click("#pay-cash:not(:disabled)")
	s.See(".done")
	got := s.receipts()
	if len(got) != 1 || got[0].Totals.Payable.Amount != 40_000 {
		t.Fatalf("sold %+v", got)
	}
	s.Click("#next")
	s.enter("500")
	s.See("#pay-cash:not(:disabled)")
	s.Click("#edit")
	s.enter(coupon)
	s.See(`.paper.bad[data-kind="coupon"]`)
	s.enter(gift)
	s.See("#certificate-0")
	if said := s.Text(`.paper[data-kind="certificate"]`); !strings.Contains(said, "550") {
		t.Errorf("the certificate says %q", said)
	}
	s.picture("papers-used")
	s.Click(`.paper[data-kind="coupon"] .square`)
	s.Until(`document.querySelectorAll(".paper").length === 1`)
}

// giveBack returns a certificate that nobody has paid with; the cashier reads what to pay out.
func (s *shop) giveBack() {
	s.tb.Helper()
	var made struct {
		Number string `json:"number"`
	}
	id := s.template("gift_certificate", "Gift", `{"worth":70000,"valid_days":365}`)
	body := map[string]any{"template_id": id.String(), "tender": "cash", "store_id": s.Made.Live.Store.String()}
	if err := s.owner.Call(s.tb.Context(), "POST", "/api/v1/certificates", "sold-first", body, &made); err != nil {
		s.tb.Fatal(err)
	}
	s.enter(made.Number)
	s.Click("#take-back-0")
	s.picture("take-back")
	s.Click("#take-back-do")
	s.See("dialog .notice.good")
	s.picture("taken-back")
	if said := s.Text("dialog .notice.good"); !strings.Contains(said, "700") {
		s.tb.Errorf("what is paid out: %q", said)
	}
	s.Click("#take-back-done")
	s.Until(`document.querySelector(".paper") === null`)
}

// TestDiscountCard: whoever shows a discount card is a guest, beside whose name stands what the card takes off.
func TestDiscountCard(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 360, 740)
	var made struct {
		Member struct {
			ID verno.MemberID `json:"id"`
		} `json:"member"`
	}
	s.call("POST", "/members", map[string]any{"phone": "+79165559911", "first_name": "Анна"}, &made)
	c, err := s.Server.Roll.IssueOf(t.Context(), auth.Operator(s.Made.Live.Tenant), s.Server.Now(), s.template("discount", "Скидка", `{"percent":"7.5"}`), made.Member.ID, card.Document{})
	if err != nil {
		t.Fatal(err)
	}
	s.open()
	s.enter(string(c.Number))
	s.See(".guest .name")
	if said := s.Text(".guest .marks"); !strings.Contains(said, "Скидка 7,5 %") {
		t.Errorf("the guest is marked %q", said)
	}
}

// TestReader: what a reader of NFC types or hands over goes to the server as it is, whole, in hex or base64.
func TestReader(t *testing.T) {
	t.Parallel()
	s := newShop(t, "en", 768, 1024)
	s.Allow("status of 4")
	s.open()
	got := with[[]string](s.Tab, `const long = "nfc:smart_tap:" + "ab".repeat(1200);
		return ["4276550012345675", "nfc:apple_vas:00ff", "NFC:APPLE_VAS:00FF", "nfc:smart_tap:_-8=", long].map((text) => JSON.stringify(reader.read(text)).slice(0, 60));`, "reader")
	want := []string{
		`{"scan":"4276550012345675"}`, `{"scan":"nfc:apple_vas:00ff"}`, `{"scan":"NFC:APPLE_VAS:00FF"}`,
		`{"nfc":{"protocol":"smart_tap","payload":"/+8="}}`, `{"nfc":{"protocol":"smart_tap","payload":"q6urq6urq6urq6urq6`,
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s, not %s", got[i], want[i])
		}
	}
	s.enter("nfc:apple_vas:" + strings.Repeat("00ff", 60))
	s.See(".said .notice.bad")
	s.Go(s.Base + "/till/#scan=" + "nfc:smart_tap:" + strings.Repeat("00ff", 60))
	s.See(".said .notice.bad")
	if at := webtest.Eval[string](s.Tab, `location.hash`); at != "" {
		t.Errorf("the address keeps %q", at)
	}
}

// codeLeadsOutside sees that the code of a link leads to where phones reach Verno, and not to where the till does.
func (s *shop) codeLeadsOutside() {
	s.tb.Helper()
	s.Server.Passes.Base = "https://cards.example"
	path := "/c/l/" + strings.Repeat("a", 26)
	want, err := view.QRCode(s.Server.Passes.Base+path, "Код, по которому открывается подарочная карта")
	if err != nil {
		s.tb.Fatal(err)
	}
	drawn := webtest.Eval[string](s.Tab, `fetch("/till/link_code", {method: "POST", body: JSON.stringify({path: "`+path+`"})}).then((r) => r.json()).then((a) => a.svg)`)
	if strings.ReplaceAll(drawn, "\u00a0", " ") != want {
		s.tb.Errorf("the code leads elsewhere: %.200s", drawn)
	}
}

// TestGiftCardIsSold: a gift card that nobody has bought yet is sold where it is scanned, is worth that afterwards, and goes
// into a phone by a code on the screen.
func TestGiftCardIsSold(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 360, 740)
	gift := s.issue(s.template("gift_certificate", "Подарок 500", `{"worth":50000,"valid_days":365,"for_points":true}`), card.Document{})
	s.open()
	s.enter(gift)
	s.See("#top-sum")
	if sum := webtest.Eval[string](s.Tab, `document.querySelector("#top-sum").value`); sum != "500" {
		t.Errorf("it is offered for %q", sum)
	}
	s.picture("gift-sell")
	s.Click("#top-cash")
	s.See("dialog .notice.good")
	s.Click("#gift-show")
	s.See("#gift-code")
	s.Until(`document.querySelector("#gift-code").naturalWidth > 0`)
	s.picture("gift-code")
	s.codeLeadsOutside()
	s.Click("dialog .main")
	s.Until(`!document.querySelector("dialog")`)
	var seen struct {
		Card struct {
			Unfilled bool `json:"unfilled"`
			Worth    struct {
				Amount int64 `json:"amount"`
			} `json:"worth"`
		} `json:"card"`
	}
	s.call("POST", "/identifications", map[string]any{"scan": gift, "terminal_id": s.terminal}, &seen)
	if seen.Card.Unfilled || seen.Card.Worth.Amount != 500_00 {
		t.Errorf("the card is %+v", seen.Card)
	}
}

// TestMovedAtTheTill: a plastic card is brought to the guest who is at the till, proved by a receipt of a purchase with it.
func TestMovedAtTheTill(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 768, 1024)
	s.Allow("status of 409")
	blank, err := s.Server.Roll.StockCards(t.Context(), auth.Operator(s.Made.Live.Tenant), s.Server.Now(), 1)
	if err != nil {
		t.Fatal(err)
	}
	s.call("POST", "/members", map[string]any{"card_number": blank[0].Number}, nil)
	phone, _ := s.member("Анна", 1)
	s.open()
	s.enter(blank[0].Number)
	s.See(".guest .name")
	s.enter("777")
	s.See("#pay-cash:not(:disabled)")
	s.Click("#pay-cash")
	s.See(".done")
	s.Click("#next")
	s.enter(phone)
	s.See("#move")
	s.Until(`!document.querySelector(".busy")`)
	s.Click("#move")
	s.put("#move-number", blank[0].Number)
	s.Click("#move-do")
	s.See("#move-pin")
	s.picture("move-proof")
	moscow, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	s.put("#move-date", s.Server.Now().In(moscow).Format(time.DateOnly))
	s.put("#move-paid", "777")
	s.Click("#move-do")
	s.See(".said .notice.good")
	s.picture("move-done")
}
