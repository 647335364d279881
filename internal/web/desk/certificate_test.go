package desk_test

import (
	"crypto/rand"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// giftSold sells a certificate of a template for cash, in no shop.
func giftSold(tb testing.TB, site *webtest.Site, key string, template verno.TemplateID) *checkout.Certificate {
	tb.Helper()
	sold, _, err := site.Server.Till.SellCertificate(tb.Context(), auth.Operator(site.Made.Live.Tenant), checkout.SellCertificate{
		Key: key, Template: template, Tender: verno.TenderCash, Document: card.Document{Values: map[string]string{"to": "Оля"}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return sold
}

// TestCertificateFound: whoever types a certificate's number comes to its page, which says what is left and how it was sold,
// and can take it back once; a number that no card has is kept and blamed; a member's card leads to the member.
func TestCertificateFound(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	_, member, business := personal(t, site, "ru")
	w := enter(t, site, "ru")
	sold := giftSold(t, site, "second", giftTemplate(t, site))
	find := func(text string) answer {
		return w.send(&shown{action: "/desk/certificates"}, url.Values{"card_number": {text}})
	}
	at := find(sold.Number).header.Get("Location")
	if at != "/desk/made_cards/"+sold.Card.String() || find(sold.Machine).header.Get("Location") != at {
		t.Fatalf("the number leads to %q", at)
	}
	page := func(path string) string {
		return strings.ReplaceAll(html.UnescapeString(string(w.get(path).body)), "\u00a0", " ")
	}
	for _, want := range []string{"1000 ₽", "Продажа", "Наличные", "Действует до", `value="Оля"`, at + "/return", at + "/replace"} {
		if got := page(at); !strings.Contains(got, want) && !strings.Contains(strings.ReplaceAll(got, "100 000 ₽", "1000 ₽"), want) {
			t.Errorf("the page of a certificate does not say %q", want)
		}
	}
	if got := page("/desk/certificates"); !strings.Contains(got, at) {
		t.Error("a certificate that was sold is not in the list")
	}
	for _, wrong := range []string{"", "12345", "9000000000000000", string(code.NewNumber(rand.Reader)), "Оля", strings.Repeat("9", 5000)} {
		if got := find(wrong); got.status != http.StatusUnprocessableEntity || !strings.Contains(string(got.body), `id="card_number-fault"`) || !strings.Contains(string(got.body), `value="`+wrong+`"`) {
			t.Errorf("%.20q: %d", wrong, got.status)
		}
	}
	own, err := site.Server.Roll.Card(t.Context(), auth.Operator(site.Made.Live.Tenant), business)
	if err != nil {
		t.Fatal(err)
	}
	if to := find(string(own.Number)).header.Get("Location"); to != "/desk/members/"+member.String() {
		t.Errorf("a member's card leads to %q", to)
	}
	if got := page(at + "/return"); !strings.Contains(got, "Наличные") || !strings.Contains(got, "<button class=\"button risky\">Вернуть") {
		t.Error("it is not said what is given back")
	}
	key := url.Values{"key": {strings.Repeat("0c", 16)}}
	for range 2 {
		if got := w.send(&shown{action: at + "/return"}, key); got.status != http.StatusSeeOther {
			t.Fatalf("the return: %d", got.status)
		}
	}
	if got := page(at); !strings.Contains(got, "Деньги возвращены") || !strings.Contains(got, "Возврат сертификата") || strings.Contains(got, at+"/return") {
		t.Error("the page of a certificate does not say that it was taken back")
	}
	again := w.send(&shown{action: at + "/return"}, url.Values{"key": {strings.Repeat("0b", 16)}})
	if again.status != http.StatusUnprocessableEntity || !strings.Contains(string(again.body), "вернуть нельзя") {
		t.Errorf("a second return: %d", again.status)
	}
	third := "/made_cards/" + giftSold(t, site, "third", giftTemplate(t, site)).Card.String()
	pictures(t, site, map[string]string{"certificates": "/certificates", "certificate": third, "certificate-return": third + "/return"})
}

// giftTemplate is the template of certificates that personal has put into force.
func giftTemplate(tb testing.TB, site *webtest.Site) verno.TemplateID {
	tb.Helper()
	list, err := site.Server.Office.Templates(tb.Context(), auth.Operator(site.Made.Live.Tenant), site.Made.Live.Programme, false, verno.TemplateID{}, 20)
	if err != nil {
		tb.Fatal(err)
	}
	for _, t := range list {
		if t.Kind == "gift_certificate" {
			return t.ID
		}
	}
	tb.Fatal("there is no template of certificates")
	return verno.TemplateID{}
}

// TestCertificateHandedOver: a certificate goes into the phone of whoever scans the code that the desk shows; a bad choice is
// said at its field, and a blocked card goes nowhere.
func TestCertificateHandedOver(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	personal(t, site, "ru")
	w := enter(t, site, "ru")
	at := "/desk/made_cards/" + giftSold(t, site, "handed", giftTemplate(t, site)).Card.String()
	if !strings.Contains(string(w.get(at).body), at+"/link") {
		t.Error("the page of a certificate does not lead to its link")
	}
	if form := string(w.get(at + "/link").body); !strings.Contains(form, `value="screen"`) {
		t.Errorf("the form offers no code on the screen:\n%s", form)
	}
	wrong := w.send(&shown{action: at + "/link"}, url.Values{"key": {strings.Repeat("0a", 16)}, "channel": {"pigeon"}})
	if wrong.status != http.StatusUnprocessableEntity {
		t.Errorf("a way that there is not: %d", wrong.status)
	}
	asked := url.Values{"key": {strings.Repeat("0b", 16)}, "channel": {"screen"}, "to": {"+79160000000"}}
	first := string(w.send(&shown{action: at + "/link"}, asked).body)
	if again := string(w.send(&shown{action: at + "/link"}, asked).body); !strings.Contains(first, "/c/l/") || linkIn(again) != linkIn(first) {
		t.Errorf("the link on the screen: %q, and then %q", linkIn(first), linkIn(again))
	}
	if opened := w.get(linkIn(first)); opened.status != http.StatusOK {
		t.Errorf("the link answers %d", opened.status)
	}
	pictures(t, site, map[string]string{"certificate-link": strings.TrimPrefix(at, "/desk") + "/link"})
	w.send(&shown{action: at + "/block"}, url.Values{"reason": {"lost"}, "key": {strings.Repeat("0c", 16)}})
	if blocked := w.get(at + "/link"); blocked.status != http.StatusConflict {
		t.Errorf("the link of a blocked card: %d", blocked.status)
	}
}

// linkIn is the path of the first link to a card on a page.
func linkIn(page string) string {
	_, after, _ := strings.Cut(page, "/c/l/")
	text, _, _ := strings.Cut(after, `"`)
	return "/c/l/" + text
}
