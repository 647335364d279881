// Package words is what the pages say, in Russian and English: messages by name from the catalogues in this folder, with
// all plural forms, and numbers, sums and times as people of the language write them. A message that lacks in a language
// is shown as its name in angle brackets, and a test of every catalogue sees to it that none does.
package words

import (
	"embed"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.toml
var catalogues embed.FS

// Languages that pages are written in, the first for whoever reads neither.
var Languages = []string{"ru", "en"}

var (
	bundle  = load()
	readers = map[string]*Lang{"ru": newLang("ru"), "en": newLang("en")}
	matcher = language.NewMatcher([]language.Tag{language.Russian, language.English})
)

// load reads every catalogue. Their names are FACE.LANGUAGE.toml, as the library wants them.
func load() *i18n.Bundle {
	b := i18n.NewBundle(language.Russian)
	b.RegisterUnmarshalFunc("toml", unmarshal)
	files, err := fs.Glob(catalogues, "*.toml")
	if err != nil {
		panic("words: " + err.Error())
	}
	for _, name := range files {
		if _, err := b.LoadMessageFileFS(catalogues, path.Clean(name)); err != nil {
			panic("words: " + name + ": " + err.Error())
		}
	}
	return b
}

// Lang says things in one language.
type Lang struct {
	Code  string // "ru" or "en"
	local *i18n.Localizer
}

func newLang(code string) *Lang { return &Lang{Code: code, local: i18n.NewLocalizer(bundle, code)} }

// In is the language of a code; Russian for one that there is not.
func In(code string) *Lang {
	if l, ok := readers[code]; ok {
		return l
	}
	return readers[Languages[0]]
}

// Cookie holds the language that a reader has chosen.
const Cookie = "verno_lang"

// Of is the language of a request: what was chosen, else what the browser asks for, else Russian.
func Of(r *http.Request) *Lang {
	if c, err := r.Cookie(Cookie); err == nil && slices.Contains(Languages, c.Value) {
		return In(c.Value)
	}
	header := r.Header.Get("Accept-Language")
	if len(header) > 200 {
		header = header[:200]
	}
	_, at := language.MatchStrings(matcher, header)
	return In(Languages[at])
}

// Say is a message. Its placeholders are given as names and values by turns.
func (l *Lang) Say(id string, pairs ...any) string {
	return l.say(&i18n.LocalizeConfig{MessageID: id, TemplateData: data(pairs)})
}

// Count is a message in the plural form of a number, which it may show as {{.N}}.
func (l *Lang) Count(id string, n int64, pairs ...any) string {
	d := data(pairs)
	d["N"] = l.Number(n)
	return l.say(&i18n.LocalizeConfig{MessageID: id, PluralCount: n, TemplateData: d})
}

func (l *Lang) say(c *i18n.LocalizeConfig) string {
	text, tag, err := l.local.LocalizeWithTag(c)
	if base, _ := tag.Base(); err != nil || base.String() != l.Code {
		return "⟨" + c.MessageID + "⟩"
	}
	return text
}

// Has says whether there is a message in this language.
func (l *Lang) Has(id string) bool { return !strings.HasPrefix(l.Say(id), "⟨") }

func data(pairs []any) map[string]any {
	d := make(map[string]any, len(pairs)/2+1)
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := pairs[i].(string); ok {
			d[name] = pairs[i+1]
		}
	}
	return d
}

// For is what a script says: all messages of a group, by their names without it. Plurals are objects of their forms.
// It is the same map for everybody: nobody changes it.
func For(code, group string) map[string]any {
	key := [2]string{code, group}
	if all, ok := groups.Load(key); ok {
		return all.(map[string]any) //nolint:forcetypeassert // Nothing else is stored there.
	}
	all := read(code, group)
	groups.Store(key, all)
	return all
}

// groups are the messages of For, as they were read the first time.
var groups sync.Map

func read(code, group string) map[string]any {
	all := map[string]any{}
	files, _ := fs.Glob(catalogues, "*."+code+".toml")
	for _, name := range files {
		var tables map[string]any
		text, err := catalogues.ReadFile(name)
		if err != nil || unmarshal(text, &tables) != nil {
			continue // load has read it, so that this cannot be.
		}
		if table, ok := tables[group].(map[string]any); ok {
			maps.Copy(all, table)
		}
	}
	return all
}
