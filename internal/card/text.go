package card

import (
	"slices"

	"golang.org/x/text/language"
)

// Text is words in one or more languages, by language code ("ru", "en", others). The empty text says nothing.
type Text map[string]string

// Both is a text in the two languages that every card speaks.
func Both(en, ru string) Text { return Text{"en": en, "ru": ru} }

// In is the text in a language; where it was not written in that, in English, else in the first language by code.
func (t Text) In(lang string) string {
	if s, ok := t[base(lang)]; ok {
		return s
	}
	if s, ok := t["en"]; ok {
		return s
	}
	for _, code := range t.Languages() {
		return t[code]
	}
	return ""
}

// Languages are those that the text is written in, in the order of their codes.
func (t Text) Languages() []string {
	codes := make([]string, 0, len(t))
	for code := range t {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// Empty says that the text says nothing in any language.
func (t Text) Empty() bool {
	for _, s := range t {
		if s != "" {
			return false
		}
	}
	return true
}

func base(lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return lang
	}
	b, _ := tag.Base()
	return b.String()
}
