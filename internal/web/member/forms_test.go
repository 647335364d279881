package member_test

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/member"
)

// owner is the guest's own browser, as small as can be: it has the card.
func (p *pocket) owner() visitor {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	check(p.t, err)
	token, err := p.Server.Roll.OpenSession(p.t.Context(), p.boss.Tenant, p.guest.ID, p.guest.Cards[0].ID, "Test phone", p.Server.Now())
	check(p.t, err)
	at, err := url.Parse(p.Base + "/c/")
	check(p.t, err)
	jar.SetCookies(at, []*http.Cookie{{Name: "verno_card", Value: token, Path: "/c"}, {Name: "verno_lang", Value: "ru", Path: "/"}})
	return visitor{&http.Client{Jar: jar}, p.t}
}

// ask asks for a page in Russian.
func (v visitor) ask(address string) (int, string) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, address, http.NoBody)
	check(v.t, err)
	r.Header.Set("Accept-Language", "ru")
	return v.answer(v.Do(r))
}

// post sends a form in Russian.
func (v visitor) post(address string, form url.Values) (int, string) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	check(v.t, err)
	r.Header.Set("Accept-Language", "ru")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.answer(v.Do(r))
}

// nonsense is what people and programs type into a field that wants something else.
var nonsense = []string{"", "позвоните мне", "🤷", "\u202e123", "<script>alert(1)</script>", strings.Repeat("ж", 300), strings.Repeat("7", 5000), "null", "-1"}

// TestBadInputOfCodes: whatever is typed for a phone or a code, the page stays, says at the field what is wrong, shows what
// was typed, and gives nothing away.
func TestBadInputOfCodes(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	v := newVisitor(t)
	_, page := v.ask(p.page("/enter"))
	ticket := ticketOf.FindStringSubmatch(page)[1]
	for _, phone := range nonsense {
		status, page := v.post(p.page(""), url.Values{"ticket": {ticket}, "phone": {phone}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, `id="phone-fault"`) || strings.Contains(page, "<script>alert") {
			t.Errorf("phone %.20q: %d, nothing at the field", phone, status)
		}
		if !strings.Contains(html.UnescapeString(page), phone) {
			t.Errorf("phone %.20q is lost", phone)
		}
	}
	_, page = v.post(p.page(""), url.Values{"ticket": {ticket}, "phone": {"8 916 123-45-67"}})
	ticket = ticketOf.FindStringSubmatch(page)[1]
	for _, code := range nonsense {
		status, page := v.post(p.page("/code"), url.Values{"ticket": {ticket}, "code": {code}})
		if status != http.StatusUnprocessableEntity || strings.Contains(page, "<script>alert") || !strings.Contains(page, `name="ticket"`) {
			t.Errorf("code %.20q: %d", code, status)
		}
	}
	for _, form := range []url.Values{{}, {"ticket": {"nonsense"}, "code": {"1"}}, {"ticket": {strings.Repeat("A", 100_000)}, "code": {"1"}}} {
		if status, page := v.post(p.page("/code"), form); status >= 500 || !strings.Contains(page, "<h1") {
			t.Errorf("a form that is not ours: %d", status)
		}
	}
}

// TestBadInputOfCard: the forms of the card take nothing that is not theirs, and answer with a page that says so.
func TestBadInputOfCard(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	v := p.owner()
	for path, fields := range map[string][]string{
		"unfreeze": {"proof", "code"}, "consent": {"purpose", "agree"}, "language": {"to"}, "big": {"big"}, "devices": {"session"}, "erase": {"sure"},
		"confirmation": {"question", "answer"}, "pin": {"proof", "code", "pin"}, "pin/drop": {"x"},
	} {
		for _, text := range nonsense {
			form := url.Values{}
			for _, name := range fields {
				if path != "erase" { // Anything there means that it is understood.
					form.Set(name, text)
				}
			}
			status, page := v.post(p.Base+"/c/"+path, form)
			if status >= 500 || strings.Contains(page, "<script>alert") || !strings.Contains(page, "<h1") || !strings.Contains(page, `lang="ru"`) {
				t.Errorf("%s %.20q: %d %.200s", path, text, status, page)
			}
		}
		if status, _ := v.post(p.Base+"/c/"+path, url.Values{"x": {strings.Repeat("x", 10<<20)}}); status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s with 10 MB: %d", path, status)
		}
	}
	if status, page := v.ask(p.Base + "/c/"); status != http.StatusOK || !strings.Contains(page, "Анна") {
		t.Errorf("the card afterwards: %d", status)
	}
}

// TestExport: the member takes all that is known of her home as a file, and nobody else can.
func TestExport(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	check(t, p.buy(2, 0))
	v := p.owner()
	answer, err := v.PostForm(p.Base+"/c/export", nil)
	check(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(t, err)
	if at := answer.Header.Get("Content-Disposition"); answer.StatusCode != http.StatusOK || !strings.HasPrefix(at, `attachment; filename="card-`) {
		t.Fatal(answer.Status, at)
	}
	var file struct {
		Persons []struct {
			Phone string `json:"phone"`
			Name  string `json:"first_name"`
		} `json:"persons"`
		Cards    []json.RawMessage `json:"cards"`
		Balances []json.RawMessage `json:"balances"`
		History  []json.RawMessage `json:"history"`
	}
	check(t, json.Unmarshal(body, &file))
	if len(file.Persons) != 1 || file.Persons[0].Phone != "+79161234567" || file.Persons[0].Name != "Анна" || len(file.Cards) == 0 || len(file.History) == 0 || len(file.Balances) == 0 {
		t.Errorf("the file says %s", body)
	}
	stranger := newVisitor(t)
	if _, page := stranger.post(p.Base+"/c/export", nil); strings.Contains(page, "+79161234567") {
		t.Error("anybody gets the file")
	}
}

// TestBrokenDatabase: with the database gone every page says so in the reader's language, and none is blank.
func TestBrokenDatabase(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	own := newPocket(t, "ru", "Анна")
	v := own.owner()
	p.Break(t)
	own.Break(t)
	for _, address := range []string{
		p.page(""), p.page("/enter"), p.page("/text/terms"), own.Base + "/c/", own.Base + "/c/history", own.Base + "/c/settings", own.Base + "/c/erase", own.Base + "/c/unfreeze", own.Base + "/c/pin",
	} {
		status, page := v.ask(address)
		if status < 500 || !strings.Contains(page, "<h1") || !strings.Contains(page, `lang="ru"`) {
			t.Errorf("%s: %d %.300s", address, status, page)
		}
	}
}
