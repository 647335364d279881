package desk_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// personal puts templates into force whose cards have something for themselves, and makes a card of each: the first member's
// business card, and others that are nobody's.
func personal(tb testing.TB, site *webtest.Site, lang string) (template verno.TemplateID, member verno.MemberID, made verno.CardID) {
	tb.Helper()
	s, actor := site.Server, auth.Operator(site.Made.Live.Tenant)
	for _, kind := range []string{"gift_certificate", "event_ticket", "business_card"} {
		k, _ := card.Find(kind)
		t, err := s.Office.CreateTemplate(tb.Context(), actor, s.Now(), site.Made.Live.Programme, card.Template{Kind: kind, Name: k.Title.In(lang)})
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := s.Office.PublishTemplate(tb.Context(), actor, s.Now(), t.ID, 0, ""); err != nil {
			tb.Fatal(err)
		}
		if template = t.ID; kind == "business_card" {
			continue
		}
		if _, err := s.Roll.IssueOf(tb.Context(), actor, s.Now(), t.ID, verno.MemberID{}, card.Document{}); err != nil {
			tb.Fatal(err)
		}
		if kind == "gift_certificate" {
			giftSold(tb, site, "first", t.ID)
		}
	}
	list, err := s.Roll.List(tb.Context(), actor, verno.MemberID{}, 1)
	if err != nil || len(list) == 0 {
		tb.Fatal("nobody is a member: ", err)
	}
	c, err := s.Roll.IssueOf(tb.Context(), actor, s.Now(), template, list[0].ID, card.Document{Values: map[string]string{"name": "Ольга Синицына", "post": "Бариста"}})
	if err != nil {
		tb.Fatal(err)
	}
	paying(tb, site, list[0].ID)
	return template, list[0].ID, c.ID
}

// TestCardDetails: what stands on one card alone is asked for by a form of its kind, is changed from the member's page,
// and reaches the card; what is wrong is said at its field and nothing that was typed is lost; and who changed the card
// in the meantime is not written over unseen.
func TestCardDetails(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	template, member, made := personal(t, site, "ru")
	w := enter(t, site, "ru")
	at := "/desk/made_cards/" + made.String()
	if page := string(w.get("/desk/members/" + member.String()).body); !strings.Contains(page, at) || !strings.Contains(page, "Визитка сотрудника с") {
		t.Error("the member's page does not lead to the card's details")
	}
	revision := func() string {
		for _, f := range forms(w.get(at).body) {
			if f.value("revision") != "" {
				return f.value("revision")
			}
		}
		t.Fatal("the page of a card has no form")
		return ""
	}
	first := revision()
	long := strings.Repeat("щ", 81)
	got := w.send(&shown{action: at}, url.Values{"revision": {first}, "values/name": {""}, "values/post": {long}})
	page := html.UnescapeString(string(got.body))
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(page, `id="values/name-fault"`) || !strings.Contains(page, `id="values/post-fault"`) || !strings.Contains(page, long) {
		t.Errorf("a card without a name: %d", got.status)
	}
	change := url.Values{"revision": {first}, "values/name": {"Ольга Синицына"}, "values/post": {"Управляющая"}, "values/phone": {"+7 916 111-22-33"}}
	if got := w.send(&shown{action: at}, change); got.status != http.StatusSeeOther {
		t.Fatalf("the change: %d", got.status)
	}
	tpl, x, err := site.Server.Roll.CardFacts(t.Context(), site.Made.Live.Tenant, made, site.Server.Now())
	if err != nil {
		t.Fatal(err)
	}
	f, err := card.Show(&tpl, &x)
	if err != nil || !strings.Contains(f.Code.Message, "TITLE:Управляющая") || !strings.Contains(f.Code.Message, "+79161112233") {
		t.Errorf("the card shows %q, %v", f.Code.Message, err)
	}
	change.Set("values/post", "Директор")
	got = w.send(&shown{action: at}, change)
	if page := html.UnescapeString(string(got.body)); got.status != http.StatusUnprocessableEntity || !strings.Contains(page, "тем временем") || !strings.Contains(page, "Директор") {
		t.Errorf("a change over another one: %d", got.status)
	}
	if page := string(w.get("/desk/cards/" + template.String() + "/made").body); !strings.Contains(page, "Ольга Синицына · Управляющая") {
		t.Error("the list of cards does not say whose they are")
	}
	if page := string(w.get("/desk/audit").body); !strings.Contains(page, made.String()) && !strings.Contains(page, "анные карты") {
		t.Log("the audit page begins with other events")
	}
	pictures(t, site, map[string]string{"made": strings.TrimPrefix(at, "/desk"), "made-list": "/cards/" + template.String() + "/made"})
}

// TestCardMade: a card is made at the desk of a template, for a member or for whoever holds it, once for a form.
func TestCardMade(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	template, member, _ := personal(t, site, "ru")
	w := enter(t, site, "ru")
	at := "/desk/cards/" + template.String() + "/made/new"
	if page := string(w.get("/desk/members/" + member.String() + "/cards/new").body); !strings.Contains(page, at+"?member="+member.String()) {
		t.Error("a member cannot be made a business card")
	}
	typed := url.Values{"key": {strings.Repeat("0f", 16)}, "member": {member.String()}, "values/name": {"Пётр"}, "values/email": {"petr@example.com"}}
	made := w.send(&shown{action: at}, typed).header.Get("Location")
	if again := w.send(&shown{action: at}, typed).header.Get("Location"); made == "" || again != made {
		t.Errorf("a form sent twice makes %q and %q", made, again)
	}
	if page := string(w.get(made).body); !strings.Contains(page, "petr@example.com") || !strings.Contains(page, "Карта выпущена") || !strings.Contains(page, "/desk/members/"+member.String()) {
		t.Error("the card that was made is not shown")
	}
	for _, wrong := range []url.Values{{"values/name": {""}}, {"values/name": {"Пётр"}, "member": {"x"}}} {
		wrong.Set("key", strings.Repeat("0a", 16))
		if got := w.send(&shown{action: at}, wrong); got.status < 400 || got.status >= 500 {
			t.Errorf("%v: %d", wrong, got.status)
		}
	}
}

// TestCardOfNobodyIsReplaced: a card that is nobody's is blocked and replaced on its own page, for a reason.
func TestCardOfNobodyIsReplaced(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	template, _, _ := personal(t, site, "ru")
	w := enter(t, site, "ru")
	typed := url.Values{"key": {strings.Repeat("0f", 16)}, "values/name": {"Пётр"}}
	at, _, _ := strings.Cut(w.send(&shown{action: "/desk/cards/" + template.String() + "/made/new"}, typed).header.Get("Location"), "?")
	reason, _ := url.ParseQuery("reason=lost&key=" + strings.Repeat("0e", 16))
	for _, step := range []struct{ act, says string }{{"block", "/unblock"}, {"unblock", "/block"}, {"replace", "/block"}} {
		page := string(w.get(at + "/" + step.act).body)
		if !strings.Contains(page, at) {
			t.Fatalf("%s: %s", step.act, page)
		}
		to, _, _ := strings.Cut(w.send(&shown{action: at + "/" + step.act}, reason).header.Get("Location"), "?")
		if page := string(w.get(to).body); !strings.Contains(page, to+step.says) || (to == at) == (step.act == "replace") {
			t.Errorf("after %s at %s: %s", step.act, to, page)
		}
	}
	if page := string(w.get(at).body); strings.Contains(page, at+"/replace") {
		t.Error("a card that was replaced is replaced again")
	}
	without := url.Values{"key": {strings.Repeat("0d", 16)}}
	if got := w.send(&shown{action: at + "/replace"}, without); got.status < 400 || got.status >= 500 {
		t.Errorf("without a reason: %d", got.status)
	}
}

// TestCardOfATemplateIsGiven: at the desk a member is given a card of any published template that names its holder at the
// till, not the standard one alone, once for a form; and a coupon.
func TestCardOfATemplateIsGiven(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	_, member, _ := personal(t, site, "ru")
	club, coupon := published(t, site, "privilege"), published(t, site, "coupon")
	w := enter(t, site, "ru")
	at := "/desk/members/" + member.String() + "/cards/new"
	page := string(w.get(at).body)
	if !strings.Contains(page, `value="`+club.String()+`"`) || !strings.Contains(page, coupon.String()+"/made/new") || strings.Contains(page, `value="`+coupon.String()+`"`) {
		t.Errorf("what can be given: %s", page)
	}
	of := func(template verno.TemplateID) (n int) {
		cards, err := site.Server.Roll.Cards(t.Context(), auth.Operator(site.Made.Live.Tenant), member)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cards {
			if c.Template == template {
				n++
			}
		}
		return n
	}
	typed := url.Values{"key": {strings.Repeat("1f", 16)}, "kind": {"phone"}, "template": {club.String()}}
	for range 2 {
		if got := w.send(&shown{action: at}, typed); got.status != http.StatusSeeOther {
			t.Errorf("the club's card: %d", got.status)
		}
	}
	w.send(&shown{action: "/desk/cards/" + coupon.String() + "/made/new"}, url.Values{"key": {strings.Repeat("2f", 16)}, "member": {member.String()}})
	if clubs, coupons := of(club), of(coupon); clubs != 1 || coupons != 1 {
		t.Errorf("given %d cards of the club and %d coupons", clubs, coupons)
	}
	typed.Set("key", strings.Repeat("3f", 16))
	typed.Set("template", coupon.String())
	if got := w.send(&shown{action: at}, typed); got.status < 400 || got.status >= 500 || of(coupon) != 1 {
		t.Errorf("a coupon as a member's card: %d", got.status)
	}
}

// published is a template of a kind in force, as that kind begins.
func published(tb testing.TB, site *webtest.Site, kind string) verno.TemplateID {
	tb.Helper()
	s, actor := site.Server, auth.Operator(site.Made.Live.Tenant)
	k, _ := card.Find(kind)
	t, err := s.Office.CreateTemplate(tb.Context(), actor, s.Now(), site.Made.Live.Programme, k.Template(k.Title.In("ru")))
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := s.Office.PublishTemplate(tb.Context(), actor, s.Now(), t.ID, 0, ""); err != nil {
		tb.Fatal(err)
	}
	return t.ID
}
