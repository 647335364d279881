package words

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// unmarshal reads a catalogue. Its short words are bound to what they belong to here, so that nobody has to think of it
// who writes a message.
func unmarshal(text []byte, into any) error {
	if err := toml.Unmarshal(text, into); err != nil {
		return err
	}
	switch tables := into.(type) {
	case *any:
		*tables = bound("", *tables)
	case *map[string]any:
		bound("", *tables)
	}
	return nil
}

// bound binds every message of a table. What is sent as a text message or by mail stays as it was written.
func bound(name string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		if name == "letter" {
			break
		}
		for key, inside := range v {
			v[key] = bound(key, inside)
		}
	case string:
		if name != "message" && !strings.HasSuffix(name, "_message") {
			return bind(v)
		}
	}
	return value
}

// Bind is what bind does, for Russian texts that are no messages, such as a legal document. Others stay as they are.
func Bind(text string) string {
	if !cyrillic(text) {
		return text
	}
	return bind(text)
}

// bind puts a space that no line breaks at after Russian words of one or two letters, before a dash, and before a word of
// up to three letters that ends a paragraph: no line ends with a preposition, none begins with a dash, and none is left
// to a short word alone. Labels, which stand in one line, need the last of this not. English text stays as it is.
func bind(text string) string {
	parts := strings.Split(text, " ")
	wraps := utf8.RuneCountInString(text) > label
	var b strings.Builder
	for i, part := range parts {
		switch {
		case i == 0:
		case short(parts[i-1]) || part == "—" && cyrillic(text) || wraps && lonely(part, i == len(parts)-1):
			b.WriteString(space)
		default:
			b.WriteByte(' ')
		}
		b.WriteString(part)
	}
	return b.String()
}

// label is how many letters the longest text has that is taken for one.
const label = 40

// lonely says whether a part of a text ends a paragraph with a short word.
func lonely(part string, last bool) bool {
	word, _, ends := strings.Cut(part, "\n")
	word = strings.TrimRight(word, ".,:;!?…»“)")
	return (ends || last) && word != "" && utf8.RuneCountInString(word) <= 3 && russian(word)
}

// particles belong to the word before them.
var particles = []string{"же", "ли", "бы", "ж", "б"}

func short(word string) bool {
	word = strings.ToLower(strings.TrimLeft(word[strings.LastIndexByte(word, '\n')+1:], "«„("))
	return utf8.RuneCountInString(word) <= 2 && russian(word) && !slices.Contains(particles, word)
}

// russian says whether a word has Russian letters only.
func russian(word string) bool {
	return word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !unicode.Is(unicode.Cyrillic, r) })
}

func cyrillic(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
}
