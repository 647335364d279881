package member_test

import (
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestFreeze: a member stops spending with one touch, a till refuses to spend at once and goes on to give points, and
// only who has the phone's messages undoes it.
func TestFreeze(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	check(t, p.buy(3, 0))
	tab := webtest.Open(t).Tab(360, 780, "ru")
	tab.Allow("422")
	p.open(tab)
	tab.Go(p.Base + "/c/settings")
	tab.Click("#freeze")
	tab.See("#unfreeze")
	if err := p.buy(1, 10); err == nil {
		t.Error("a frozen card spends")
	}
	check(t, p.buy(1, 0))
	tab.Go(p.Base + "/c/")
	tab.See("#frozen")
	picture(t, tab, "card-frozen-ru-360")
	tab.Go(p.Base + "/c/unfreeze")
	code := tab.Text("#aloud strong")
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	tab.Type("#code", wrong+"\r")
	tab.See("#code-fault")
	picture(t, tab, "unfreeze-ru-360")
	webtest.Eval[bool](tab, `document.getElementById("code").select() ?? true`)
	tab.Type("#code", code+"\r")
	tab.See("#freeze")
	check(t, p.buy(1, 10))
}

// TestSettings: the language, the letters and the consents are the member's own; another phone is put out.
func TestSettings(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	browser := webtest.Open(t)
	tab := browser.Tab(360, 780, "ru")
	p.open(tab)
	_, err := p.Server.Roll.OpenSession(t.Context(), p.boss.Tenant, p.guest.ID, p.guest.Cards[0].ID,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1", p.Server.Now())
	check(t, err)
	tab.Go(p.Base + "/c/settings")
	if text := tab.Text("#devices + ul"); !strings.Contains(text, "iPhone · Safari") {
		t.Errorf("the devices are %q", text)
	}
	tab.Click("#devices + ul form button")
	tab.See(".notice.good")
	if text := tab.Text("#devices + ul"); strings.Contains(text, "iPhone") {
		t.Errorf("the devices are %q", text)
	}
	tab.Click(`form[action="/c/language"] button`)
	tab.See(`html[lang="en"] #safety`)
	tab.Click(`form[action="/c/big"] button`)
	tab.See("body.big")
	tab.Go(p.Base + "/c/")
	tab.See(`html[lang="en"] body.big #show.ready`)
	picture(t, tab, "card-big-en-360")
	tab.Go(p.Base + "/c/settings")
	tab.Click("#replace summary")
	old := p.guest.Cards[0].Number
	tab.Click("#replace button")
	tab.See(".notice.good")
	tab.Go(p.Base + "/c/")
	tab.See("#show.ready")
	if got := strings.ReplaceAll(tab.Text("#digits"), " ", ""); got == string(old) {
		t.Error("the card still has the old number")
	}
	if who, err := p.scan(shown(tab)); err != nil || !who.Strong {
		t.Errorf("the new card: %+v, %v", who, err)
	}
	if _, err := p.scan(string(old)); codeOf(err) != "card_not_usable" {
		t.Errorf("the old card: %v", err)
	}
}

// TestNewText: who has agreed to a text is asked again when there is a new one, and agrees to the one that was shown.
func TestNewText(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	ctx, s := t.Context(), p.Server
	publish := func(body string) store.LegalText {
		text, err := s.Office.PublishLegal(ctx, p.boss, s.Now(), campaign.LegalDraft{Purpose: "terms", Language: "ru", Title: "Правила", Body: body})
		check(t, err)
		return text
	}
	first := publish("Первая редакция.")
	_, err := s.Roll.Consent(ctx, p.boss, s.Now(), p.guest.ID, member.Agreement{Purpose: "terms", Granted: true, TextVersion: "ru-1", TextHash: first.Hash})
	check(t, err)
	tab := webtest.Open(t).Tab(360, 780, "ru")
	p.open(tab)
	tab.Go(p.Base + "/c/")
	tab.See("#show.ready")
	if webtest.Eval[bool](tab, `!!document.getElementById("newer")`) {
		t.Error("asked about the text that was agreed to")
	}
	publish("Вторая редакция.")
	tab.Go(p.Base + "/c/")
	tab.See("#newer")
	picture(t, tab, "card-newer-ru-360")
	tab.Go(p.Base + "/c/settings")
	publish("Третья редакция.")
	tab.Click(`form[action="/c/consent"] button[name="agree"]`)
	tab.See("#consents")
	tab.Until(`document.body.innerText.includes("Третья редакция")`)
	picture(t, tab, "settings-newer-ru-360")
	tab.Click(`form[action="/c/consent"] button[name="agree"]`)
	tab.See(".notice.good")
	said, err := s.Roll.Consents(ctx, p.boss, p.guest.ID)
	check(t, err)
	if last := said[len(said)-1]; len(said) != 2 || last.TextVersion != "ru-3" {
		t.Errorf("%+v", said)
	}
}

// TestHistory: each purchase says in words what it gave and why, and another member's is not there.
func TestHistory(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	check(t, p.buy(2, 0))
	check(t, p.buy(1, 20))
	tab := webtest.Open(t).Tab(360, 780, "ru")
	p.open(tab)
	tab.Go(p.Base + "/c/history")
	picture(t, tab, "history-ru-360")
	tab.Click(".steps a")
	tab.See("#why")
	text := tab.Text("main")
	for _, want := range []string{"Оплачено баллами", "−20 баллов", "Каждый шестой кофе", "+1 штамп", "Капучино"} {
		if !strings.Contains(text, want) {
			t.Errorf("the receipt does not say %q: %s", want, text)
		}
	}
	picture(t, tab, "receipt-ru-360")
	if strings.Contains(text, "⟨") {
		t.Error("a message is missing")
	}
	other := newStranger(t, p)
	tab.Allow("404")
	tab.Go(p.Base + "/c/receipts/" + other)
	if text := tab.Text("body"); strings.Contains(text, "Капучино") {
		t.Error("another member's receipt is shown")
	}
}

// TestErase: who deletes the card is told first what is lost, must say that it is understood, and is gone then.
func TestErase(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	tab := webtest.Open(t).Tab(360, 780, "ru")
	p.open(tab)
	tab.Go(p.Base + "/c/erase")
	if text := tab.Text("main"); !strings.Contains(text, "100 баллов") {
		t.Errorf("what is lost: %q", text)
	}
	picture(t, tab, "erase-ru-360")
	tab.Click(`input[name="sure"]`)
	tab.Click("main form .risky")
	tab.See("main.page h1")
	tab.Until(`document.querySelector("h1").textContent.replaceAll("\u00a0", " ").includes("Карта и ваши данные удалены")`)
	if _, err := p.scan(tillPhone); codeOf(err) == "" {
		t.Error("the member is still found")
	}
}

// TestKeyboard: everything that can be done with a finger can be done with keys.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "en", "Anna")
	tab := webtest.Open(t).Tab(768, 1024, "en")
	p.open(tab)
	tabTo := func(css string) {
		t.Helper()
		for range 40 {
			tab.Keys("\t")
			if webtest.Eval[bool](tab, `document.activeElement?.matches('`+css+`') ?? false`) {
				return
			}
		}
		t.Fatalf("the keys do not come to %s", css)
	}
	tabTo(`a[href="/c/settings"]`)
	tab.Keys("\r")
	tab.See("#safety")
	tabTo("#freeze")
	tab.Keys("\r")
	tab.See("#unfreeze")
	tabTo("#leave")
	tab.Keys("\r")
	tab.Until(`document.querySelector("h1")?.textContent.includes("logged out")`)
}
