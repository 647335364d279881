package view_test

import (
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// TestWebShowsTheBalance: the page of a card has the balance large wherever wallets have it, and its picture as well.
func TestWebShowsTheBalance(t *testing.T) {
	t.Parallel()
	balance := card.Field{Key: "balance", Label: card.Text{"en": "Points"}, Value: card.Value{Text: card.Text{"en": "one hundred and twenty"}}}
	other := card.Field{Key: "worth", Label: card.Text{"en": "Worth"}, Value: card.Value{Text: card.Text{"en": "120 ₽"}}}
	for name, face := range map[string]card.Face{
		"primary": {Primary: []card.Field{balance}}, "secondary": {Primary: []card.Field{other}, Secondary: []card.Field{other, balance}},
		"header": {Header: []card.Field{other, balance}}, "back": {Back: []card.Field{balance}},
	} {
		w := view.Wallet{Lang: words.In("en"), Face: &face, Picture: func(string) (string, int, int) { return "", 0, 0 }}
		if got := strings.Count(w.Web().SVG, ">one hundred and twenty</text>"); got != 1 {
			t.Errorf("with the balance in the %s the picture shows it %d times", name, got)
		}
	}
}
