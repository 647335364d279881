package pass

import (
	"maps"
	"slices"
	"strings"

	"github.com/verno-loyalty/verno/internal/card"
)

// words are the texts of one pass, by what stands for them; nil for one that is the same in all languages. A phone looks
// each up in the file of its language, and shows it as it is where it finds none, so that the text in English stands for
// all of them: a reader that knows no languages shows sense.
type words struct {
	texts map[string]card.Text
	order []string
}

// unseen tells two meanings of one English text apart, and is not seen where it is shown.
const unseen = "\u200b"

// say notes a text and returns what stands for it in pass.json.
func (w *words) say(t card.Text) string {
	key := t.In("en")
	if key == "" {
		return ""
	}
	if same(t, key) {
		t = nil
	}
	for {
		other, taken := w.texts[key]
		if !taken {
			break
		}
		if maps.Equal(other, t) {
			return key
		}
		key += unseen
	}
	if w.texts == nil {
		w.texts = make(map[string]card.Text, 32)
	}
	w.texts[key] = t
	w.order = append(w.order, key)
	return key
}

// plain notes a text that is the same in all languages, so that no other meaning is looked up for it.
func (w *words) plain(s string) string { return w.say(card.Text{"en": s}) }

func same(t card.Text, s string) bool {
	for _, other := range t {
		if other != s {
			return false
		}
	}
	return true
}

// languages are those of the texts that are not the same in all of them, in the order of their codes.
func (w *words) languages() []string {
	all := map[string]bool{}
	for _, t := range w.texts {
		for lang := range t {
			all[lang] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

var stringEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", "", "\t", " ")

// file is pass.strings in a language, in UTF-8. A text that any language has another word for stands in the files of all,
// so that a phone that has to choose among languages finds each of them whole.
func (w *words) file(lang string) []byte {
	b := make([]byte, 0, 64*len(w.order))
	for _, key := range w.order {
		if w.texts[key] == nil {
			continue
		}
		b = append(b, '"')
		b = append(b, stringEscapes.Replace(key)...)
		b = append(b, `" = "`...)
		b = append(b, stringEscapes.Replace(w.texts[key].In(lang))...)
		b = append(b, "\";\n"...)
	}
	return b
}
