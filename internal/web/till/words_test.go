package till_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/assets"
	"github.com/verno-loyalty/verno/internal/web/words"
)

var spoken = regexp.MustCompile(`[^.\w](say|count)\("([a-z0-9_.]+)"`)

// TestScriptsSayWhatThereIs: every message that a script of the till names stands in the catalogues, with its plural forms
// where it is counted, and no script speaks by itself.
func TestScriptsSayWhatThereIs(t *testing.T) {
	t.Parallel()
	cyrillic := regexp.MustCompile(`[а-яА-ЯёЁ]`)
	for _, name := range assets.Below("till") {
		text, _ := assets.Body(name)
		for _, m := range spoken.FindAllStringSubmatch(string(text), -1) {
			for _, lang := range words.Languages {
				_, plural := message(lang, m[2]).(map[string]any)
				if strings.HasSuffix(m[2], ".") || strings.HasSuffix(m[2], "_") {
					continue // It is the beginning of several.
				}
				if message(lang, m[2]) == nil || plural != (m[1] == "count") {
					t.Errorf("%s: there is no %s %q in %s", name, m[1], m[2], lang)
				}
			}
		}
		if cyrillic.Match(text) {
			t.Errorf("%s has Russian text in it; it belongs into a catalogue", name)
		}
	}
}

func message(lang, id string) any {
	var at any = words.For(lang, "till")
	for part := range strings.SplitSeq(id, ".") {
		table, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = table[part]
	}
	return at
}
