package verno_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
)

// TestPromotionGuide: the guide has a section for each type of promotion with each of its settings and their words, in
// both languages, and the rules take every example and know every name that a condition may ask for.
func TestPromotionGuide(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"docs/guide/promotions.en.md", "docs/guide/promotions.ru.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range promo.Kinds() {
			_, section, _ := strings.Cut(string(text), "\n### `"+k.Name+"`\n")
			section, _, _ = strings.Cut(section, "\n#")
			for _, word := range wordsOf(k.Fields) {
				if !strings.Contains(section, "`"+word+"`") {
					t.Errorf("%s says nothing of %s of %s", page, word, k.Name)
				}
			}
			if !strings.Contains(section, "```json") {
				t.Errorf("%s has no example of %s", page, k.Name)
			}
		}
		for _, example := range jsonBlock.FindAllStringSubmatch(string(text), -1) {
			var p verno.Promotion
			if err := json.Unmarshal([]byte(example[1]), &p); err != nil {
				t.Errorf("%s: %v in %s", page, err, example[1])
			}
			tryPromotion(t, page, p)
		}
		names := seenName.FindAllStringSubmatch(string(text), -1)
		for _, name := range names {
			tryPromotion(t, page, verno.Promotion{
				Type: "percent_discount", Settings: json.RawMessage(`{"percent":"1"}`), Condition: name[1] + " == " + name[1],
			})
		}
		if len(names) < 15 {
			t.Errorf("%s: found %d names of conditions only", page, len(names))
		}
	}
}

var (
	jsonBlock = regexp.MustCompile("(?s)```json\n(.*?)```")
	seenName  = regexp.MustCompile("`((?:member|basket|time)\\.[a-z_]+)`")
)

// wordsOf are the names of settings and of what they may say.
func wordsOf(fields []promo.Field) (words []string) {
	for _, f := range fields {
		words = append(slices.Concat(words, []string{f.Name}, f.Enum), wordsOf(f.Fields)...)
	}
	return words
}

// tryPromotion holds a promotion of a page against the rules.
func tryPromotion(t *testing.T, page string, p verno.Promotion) {
	t.Helper()
	p.ID, p.Name = verno.PromotionID{1}, "P"
	v := verno.Version{Promotions: []verno.Promotion{p}}
	v.Programme.Levels.Levels = []verno.Level{{ID: "gold", Name: "Gold"}}
	for _, problem := range promo.Validate(&v) {
		if !problem.Promotion.IsZero() {
			t.Errorf("%s: %s %s %v in %s %s", page, problem.Pointer, problem.Code, problem.Params, p.Settings, p.Condition)
		}
	}
}
