package pass_test

import (
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestGoogleSaveLinkJoins: where save links lead may be set with a slash at its end or without.
func TestGoogleSaveLinkJoins(t *testing.T) {
	t.Parallel()
	b := newShop(t, storetest.Open(t, storetest.DSN(t, store.SQLite)))
	for _, address := range []string{"https://pay.example/save", "https://pay.example/save/"} {
		b.passes.Google.Save = address
		link, err := b.passes.SaveLink(t.Context(), b.issue(), "")
		if err != nil || !strings.HasPrefix(link, "https://pay.example/save/ey") {
			t.Errorf("a link of %s is %s, %v", address, link, err)
		}
	}
}
