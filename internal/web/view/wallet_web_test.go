package view_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// TestWebShowsTheBalance: the page of a card has the balance once, wherever wallets have it, and so has its picture.
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

// TestPicturesShareNoShape: two pictures on one page, such as the same card in two languages, name no shape alike; each refers to its own.
func TestPicturesShareNoShape(t *testing.T) {
	t.Parallel()
	face := card.Face{Style: card.StyleStoreCard, Primary: []card.Field{{Key: "a", Label: card.Both("Points", "Баллы"), Value: card.Value{Text: card.Text{"en": "1"}}}}}
	id := regexp.MustCompile(`clipPath id="([^"]+)"`)
	seen := map[string]bool{}
	for _, lang := range []string{"en", "ru"} {
		w := view.Wallet{Lang: words.In(lang), Face: &face, Picture: func(string) (string, int, int) { return "", 0, 0 }}
		for _, drawn := range []view.Drawn{w.Apple(), w.Google(), w.Web()} {
			for _, found := range id.FindAllStringSubmatch(drawn.SVG, -1) {
				if name := found[1]; seen[name] || !strings.Contains(drawn.SVG, "url(#"+name+")") {
					t.Errorf("%s is named twice, or nothing refers to it", name)
				}
				seen[found[1]] = true
			}
		}
	}
	if len(seen) < 6 {
		t.Errorf("only %v", seen)
	}
}
