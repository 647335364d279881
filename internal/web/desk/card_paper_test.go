package desk_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

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
