package member_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// TestReasonsOfStaff: the history says in the member's language why staff changed the points, never by the word that
// programs use; and whom staff suspect is not told so.
func TestReasonsOfStaff(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "ru", "Анна")
	for _, reason := range member.Reasons {
		_, err := p.Server.Roll.Adjust(t.Context(), p.boss, p.Server.Now(), member.Adjust{Key: reason, Member: p.guest.ID, Points: 1, Reason: reason})
		check(t, err)
	}
	status, page := p.owner().ask(p.Base + "/c/history")
	if status != http.StatusOK {
		t.Fatal(status)
	}
	for _, reason := range member.Reasons {
		if strings.Contains(page, reason) {
			t.Errorf("the history says %q", reason)
		}
		if said := words.In("ru").Say("card.reason." + reason); reason != "fraud" && !strings.Contains(page, said) {
			t.Errorf("the history does not say %q for %q", said, reason)
		}
		if reason != "fraud" && !words.In("en").Has("card.reason."+reason) {
			t.Errorf("there are no words for %q", reason)
		}
	}
}
