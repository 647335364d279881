package member_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/vault"
)

var questionOf = regexp.MustCompile(`name="question" value="(cnf_[a-z0-9]+)"`)

// asks has a till ask the guest, whom it knows by the phone, to pay with points; it gives the question.
func (p *pocket) asks(sale string) string {
	p.t.Helper()
	who, err := p.scan(tillPhone)
	check(p.t, err)
	type object = map[string]any
	var asked struct {
		ID string `json:"id"`
	}
	check(p.t, p.Chain.Tills[0].Call(p.t.Context(), http.MethodPost, "/api/v1/confirmations", "", object{
		"checkout_id": sale, "presence": who.Presence, "currency": "RUB", "spend_most": true,
		"lines": []object{{"id": "1", "sku": "tea", "quantity": "1", "price": object{"amount": 400_000, "currency": "RUB"}}},
	}, &asked))
	return asked.ID
}

// TestConfirmWithoutScript: a phone without scripts shows the question as a part of the page and answers it by its form;
// nobody answers for another, and what was answered stays answered.
func TestConfirmWithoutScript(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	_, err := p.Server.Roll.Adjust(t.Context(), p.boss, p.Server.Now(), member.Adjust{Key: "give", Member: p.guest.ID, Points: 5000, Reason: "goodwill"})
	check(t, err)
	v := p.owner()
	if _, page := v.ask(p.Base + "/c/"); strings.Contains(page, `name="question"`) {
		t.Error("a question that nobody asks")
	}
	asked := p.asks("sale-1")
	_, page := v.ask(p.Base + "/c/")
	found := questionOf.FindStringSubmatch(page)
	if found == nil || found[1] != asked || !strings.Contains(page, "Садовая, 12") || !strings.Contains(page, "4000") {
		t.Fatalf("the page asks %v", found)
	}
	form := url.Values{"question": {asked}, "answer": {"yes"}}

	other := &pocket{Site: p.Site, t: t, boss: p.boss}
	other.guest, err = p.Server.Roll.Enrol(t.Context(), p.boss, p.Server.Now(), member.Enrol{
		Key: "other", Programme: p.Made.Live.Programme, Person: vault.Person{Phone: "+79160000000", FirstName: "Борис"}, IssueCard: true,
	})
	check(t, err)
	if status, page := other.owner().post(p.Base+"/c/confirmation", form); status != http.StatusNotFound || strings.Contains(page, "Подтверждено") {
		t.Errorf("another answers: %d", status)
	}
	if _, page := newVisitor(t).post(p.Base+"/c/confirmation", form); strings.Contains(page, "Подтверждено") {
		t.Error("anybody answers")
	}
	for _, step := range []struct{ answer, want string }{{"yes", "Подтверждено"}, {"yes", "Подтверждено"}, {"no", "Уже подтверждено"}} {
		form.Set("answer", step.answer)
		if status, page := v.post(p.Base+"/c/confirmation", form); status != http.StatusOK || !strings.Contains(page, step.want) {
			t.Errorf("%s: %d, want %s", step.answer, status, step.want)
		}
	}
	form.Set("question", p.asks("sale-2"))
	if _, page := v.post(p.Base+"/c/confirmation", form); !strings.Contains(page, "Отказано") {
		t.Error("a no is not taken")
	}
}
