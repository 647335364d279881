package till_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// documents puts the texts that guests agree to into force.
func documents(tb testing.TB, site *webtest.Site) map[string]string {
	tb.Helper()
	bodies := map[string]string{}
	s := site.Server
	for _, d := range campaign.LegalDrafts(campaign.LegalFacts{Business: "Верно"}) {
		if _, err := s.Office.PublishLegal(tb.Context(), auth.Operator(site.Made.Live.Tenant), s.Now(), d); err != nil {
			tb.Fatal(err)
		}
		if d.Language == "ru" {
			bodies[d.Purpose] = d.Body
		}
	}
	return bodies
}

// consents are what a member has agreed to: purpose to version and hash.
func (s *shop) consents(phone string) map[string][2]string {
	s.tb.Helper()
	roll, boss := s.Server.Roll, auth.Operator(s.Made.Live.Tenant)
	found, err := roll.Search(s.tb.Context(), boss, member.Search{Phone: phone})
	if err != nil || len(found) != 1 {
		s.tb.Fatal(phone, len(found), err)
	}
	said, err := roll.Consents(s.tb.Context(), boss, found[0].ID)
	if err != nil {
		s.tb.Fatal(err)
	}
	all := map[string][2]string{}
	for _, c := range said {
		if c.Granted {
			all[c.Purpose] = [2]string{c.TextVersion, hex.EncodeToString(c.TextHash)}
		}
	}
	return all
}

// TestEnrolByDocuments: who joins at the till agrees to the documents in force, each apart, and what is kept is the hash and
// the version of the very text that was shown.
func TestEnrolByDocuments(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 360, 740)
	s.Allow("status of 404")
	bodies := documents(t, s.Site)
	s.open()
	s.enter("8 916 777-12-35")
	s.Click("#enrol")
	s.See("#join-personal_data")
	s.Click("#join-terms")
	s.Click("#join-do")
	s.Until(`document.activeElement.id === "join-personal_data" && document.querySelector("dialog .bad").textContent !== ""`)
	s.Click("#join-personal_data")
	s.Click(".consent summary")
	s.See(".consent .legal")
	s.Accessible()
	s.Click("#join-do")
	s.See(".guest .name")
	got := s.consents("+79167771235")
	if len(got) != 2 {
		t.Errorf("agreed to %v", got)
	}
	for _, purpose := range []string{"terms", "personal_data"} {
		sum := sha256.Sum256([]byte(bodies[purpose]))
		if want := [2]string{"ru-1", hex.EncodeToString(sum[:])}; got[purpose] != want {
			t.Errorf("%s: %v, not %v", purpose, got[purpose], want)
		}
	}
}

// TestEnrolBadInput: whatever is typed into the form of a new guest, it says what is wrong, at the field, and nothing that
// was typed is lost.
func TestEnrolBadInput(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 768, 1024)
	s.Allow("status of 404", "status of 422", "status of 413")
	s.open()
	s.enter("8 916 777-12-36")
	s.Click("#enrol")
	s.See("#join-name")
	s.Click("#join-agree")
	for _, x := range []struct{ field, value string }{
		{"phone", "позвоните мне"},
		{"phone", "+7 916"},
		{"phone", "<script>alert(1)</script>"},
		{"name", strings.Repeat("ж", 300)},
		{"name", "\u202eАнна"},
	} {
		was := webtest.Eval[string](s.Tab, `document.getElementById("join-`+x.field+`").value`)
		webtest.Eval[bool](s.Tab, `(document.querySelector("dialog .bad").textContent = "") === ""`)
		s.put("#join-"+x.field, x.value)
		s.Click("#join-do:not(:disabled)")
		s.Until(`document.querySelector("dialog .bad").textContent !== "" && !document.querySelector("#join-do").disabled`)
		if got := webtest.Eval[string](s.Tab, `document.getElementById("join-`+x.field+`").value`); got != x.value {
			t.Errorf("%s %.20q became %.20q", x.field, x.value, got)
		}
		if !webtest.Eval[bool](s.Tab, `document.activeElement.id === "join-`+x.field+`" && document.activeElement.hasAttribute("aria-invalid")`) {
			t.Errorf("%s %.20q: %q is not at the field", x.field, x.value, s.Text("dialog .bad"))
		}
		s.put("#join-"+x.field, was)
	}
	s.put("#join-name", "<script>alert(1)</script>")
	s.Click("#join-do:not(:disabled)")
	s.Until(`document.querySelector("dialog .bad")?.textContent !== "" || document.querySelector(".guest .name") !== null`)
	big := `fetch("/till/api/members", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({first_name: "x".repeat(10 << 20)})}).then((r) => r.status)`
	if status := webtest.Eval[int](s.Tab, big); status != http.StatusRequestEntityTooLarge {
		t.Errorf("10 MB: %d", status)
	}
}
