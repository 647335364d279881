package desk_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestPaperCard: the page of a certificate gives it on paper, and so does that of a member each of their cards; one that is
// blocked or is not there gives nothing.
func TestPaperCard(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	personal(t, site, "ru")
	w := enter(t, site, "ru")
	sold := giftSold(t, site, "paper", giftTemplate(t, site)).Card.String()
	made, at := "/desk/made_cards/"+sold, "/desk/paper_cards/"+sold
	if !strings.Contains(string(w.get(made).body), at) {
		t.Error("the page of a certificate does not print it")
	}
	printed := w.send(&shown{action: at}, url.Values{})
	if printed.status != http.StatusOK || printed.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(printed.body, []byte("%PDF-")) {
		t.Errorf("printed: %d %s", printed.status, printed.header.Get("Content-Type"))
	}
	w.send(&shown{action: made + "/block"}, url.Values{"reason": {"lost"}, "key": {strings.Repeat("0d", 16)}})
	if blocked := w.send(&shown{action: at}, url.Values{}); blocked.status != http.StatusConflict {
		t.Errorf("a blocked one: %d", blocked.status)
	}
	if none := w.send(&shown{action: "/desk/paper_cards/card_nothing"}, url.Values{}); none.status != http.StatusNotFound {
		t.Errorf("what is not there: %d", none.status)
	}
}

// TestPaperBlanks: the page of blank plastic gives its cards on paper, and says which; there is nothing of what is not there.
func TestPaperBlanks(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	ctx, roll, boss := t.Context(), site.Server.Roll, auth.Operator(site.Made.Live.Tenant)
	made, err := roll.OpenBlanks(ctx, boss, site.Server.Now(), member.Blanks{Name: "Весна", Key: "paper", Count: 12})
	if err == nil {
		_, err = roll.StartIssue(ctx, boss, site.Server.Now(), made.ID)
	}
	if err == nil {
		err = roll.RunIssues(ctx, site.Server.Now)
	}
	if err != nil {
		t.Fatal(err)
	}
	w, at := enter(t, site, "ru"), "/desk/issues/"+made.ID.String()
	for end := time.Now().Add(time.Minute); made.State != member.IssueDone && time.Now().Before(end); { // The server itself may be at it.
		if made, err = roll.Issue(ctx, boss, made.ID); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(string(w.get(at).body), `action="`+at+`/paper"`) {
		t.Error("the page of blank plastic does not print it")
	}
	printed := w.send(&shown{action: at + "/paper"}, url.Values{"after": {"0"}})
	if printed.status != http.StatusOK || bytes.Count(printed.body, []byte("/Type /Page\n")) != 2 {
		t.Errorf("printed: %d, %d sheets", printed.status, bytes.Count(printed.body, []byte("/Type /Page\n")))
	}
	if none := w.send(&shown{action: at + "/paper"}, url.Values{"after": {"12"}}); none.status != http.StatusNotFound {
		t.Errorf("after the last one: %d", none.status)
	}
}
