package words_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/verno-loyalty/verno/internal/web/words"
	"github.com/verno-loyalty/verno/money"
)

// forms are the plural forms that each language needs.
var forms = map[string][]string{"ru": {"few", "many", "one", "other"}, "en": {"one", "other"}}

// catalogue reads all messages of a language, by name: each a map of its forms, "other" alone where it has no plural.
func catalogue(t *testing.T, code string) map[string]map[string]string {
	t.Helper()
	files, err := filepath.Glob("*." + code + ".toml")
	if err != nil || len(files) == 0 {
		t.Fatal("no catalogue: ", err)
	}
	all := map[string]map[string]string{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var tree map[string]any
		if err := toml.Unmarshal(text, &tree); err != nil {
			t.Fatal(name, err)
		}
		collect(all, "", tree)
	}
	return all
}

func collect(all map[string]map[string]string, prefix string, tree map[string]any) {
	if _, plural := tree["other"].(string); plural {
		m := map[string]string{}
		for k, v := range tree {
			m[k], _ = v.(string)
		}
		all[strings.TrimSuffix(prefix, ".")] = m
		return
	}
	for k, v := range tree {
		switch v := v.(type) {
		case string:
			all[prefix+k] = map[string]string{"other": v}
		case map[string]any:
			collect(all, prefix+k+".", v)
		}
	}
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}|\{(\w+)\}`)

func placeholders(m map[string]string) []string {
	seen := map[string]bool{}
	for _, text := range m {
		for _, found := range placeholder.FindAllString(text, -1) {
			seen[found] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// TestCatalogues: both languages have the same messages with the same placeholders, and plurals have all forms.
func TestCatalogues(t *testing.T) {
	t.Parallel()
	ru, en := catalogue(t, "ru"), catalogue(t, "en")
	for id := range en {
		if ru[id] == nil {
			t.Errorf("%s lacks in Russian", id)
		}
	}
	for id, m := range ru {
		other := en[id]
		if other == nil {
			t.Errorf("%s lacks in English", id)
			continue
		}
		if (len(m) > 1) != (len(other) > 1) {
			t.Errorf("%s has plural forms in one language only", id)
		}
		if len(m) > 1 {
			for code, in := range map[string]map[string]string{"ru": m, "en": other} {
				if got := slices.Sorted(maps.Keys(in)); !slices.Equal(got, forms[code]) {
					t.Errorf("%s has the forms %v in %s, not %v", id, got, code, forms[code])
				}
			}
		}
		if a, b := placeholders(m), placeholders(other); !slices.Equal(a, b) {
			t.Errorf("%s fills in %v in Russian and %v in English", id, a, b)
		}
	}
}

var (
	said     = regexp.MustCompile(`\.(?:Say|Count)\("([a-z0-9_.]+)"`)
	cyrillic = regexp.MustCompile(`[а-яА-ЯёЁ]`)
)

// TestPagesSayWhatThereIs: every message that a page names stands in the catalogues, and no template speaks by itself.
func TestPagesSayWhatThereIs(t *testing.T) {
	t.Parallel()
	ru := catalogue(t, "ru")
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".templ") && !strings.HasSuffix(path, ".go") ||
			strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range said.FindAllStringSubmatch(string(text), -1) {
			// A name that ends in a point is the beginning of several.
			known := ru[m[1]] != nil || strings.HasSuffix(m[1], ".") && slices.ContainsFunc(slices.Collect(maps.Keys(ru)), func(id string) bool { return strings.HasPrefix(id, m[1]) })
			if !known {
				t.Errorf("%s says %s, which is in no catalogue", path, m[1])
			}
		}
		if strings.HasSuffix(path, ".templ") && cyrillic.Match(text) {
			t.Errorf("%s has Russian text in it; it belongs into a catalogue", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPlurals: Russian has four forms, and eleven is not one.
func TestPlurals(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 баллов", 1: "1 балл", 2: "2 балла", 5: "5 баллов", 11: "11 баллов", 21: "21 балл", 101: "101 балл", 111: "111 баллов", 1234567: "1 234 567 баллов"} {
		if got := strings.ReplaceAll(words.In("ru").Count("points", n), "\u00a0", " "); got != want {
			t.Errorf("%d: %q, not %q", n, got, want)
		}
	}
}

// TestSums are written in the reader's way.
func TestSums(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang string
		sum  money.Amount
		in   money.Currency
		want string
	}{
		{"ru", 123456750, "RUB", "1 234 567,50 ₽"},
		{"ru", 100000, "RUB", "1000 ₽"},
		{"ru", -5, "RUB", "−0,05 ₽"},
		{"en", 123456750, "RUB", "₽1,234,567.50"},
		{"en", -100, "USD", "−$1"},
		{"en", 100000, "CHF", "CHF 1,000"},
	} {
		if got := strings.ReplaceAll(words.In(c.lang).Money(c.sum, c.in), "\u00a0", " "); got != c.want {
			t.Errorf("%s %d: %q, not %q", c.lang, c.sum, got, c.want)
		}
	}
}

// TestBinding: no line of a Russian message ends with a preposition, begins with a dash or holds a short word alone; what is sent as a text message
// has plain spaces.
func TestBinding(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"desk.erase.stays": "Чеки и\u00a0записи в\u00a0книгах остаются: в\u00a0них нет имени.",
		"problem.internal": "У\u00a0нас что-то пошло не\u00a0так. Ничего не\u00a0потеряно: вернитесь и\u00a0попробуйте ещё\u00a0раз.",
		"desk.news.none":   "Новостей пока нет",
	} {
		if got := words.In("ru").Say(id); got != want {
			t.Errorf("%s: %q, not %q", id, got, want)
		}
	}
	if got, want := words.Bind("Мы храним это год.\nДля чего и\nзачем, сказано ниже, и читать это недолго, но раз в год."), "Мы\u00a0храним это\u00a0год.\nДля чего\u00a0и\nзачем, сказано ниже, и\u00a0читать это недолго, но\u00a0раз в\u00a0год."; got != want {
		t.Errorf("a document: %q, not %q", got, want)
	}
	if got := words.In("ru").Say("join.message", "Code", "1", "Name", "2"); strings.Contains(got, "\u00a0") {
		t.Errorf("a text message: %q", got)
	}
	if got, ok := words.For("ru", "till")["no_script"].(string); !ok || !strings.Contains(got, "\u00a0") {
		t.Errorf("a script says %q", got)
	}
}
