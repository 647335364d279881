package pass

import (
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/money"
)

// localized is a text as Google takes it: one language for whoever has none of the others.
type localized struct {
	Default      translated   `json:"defaultValue"`
	Translations []translated `json:"translatedValues,omitempty"`
}

type translated struct {
	Language string `json:"language"`
	Value    string `json:"value"`
}

// localize gives a text in English, else in its first language, with the others beside it, each cut to a number of
// characters; nil for a text that says nothing.
func localize(t card.Text, most int) *localized {
	if t.Empty() {
		return nil
	}
	first := "en"
	if t["en"] == "" {
		for _, lang := range t.Languages() {
			if t[lang] != "" {
				first = lang
				break
			}
		}
	}
	out := &localized{Default: translated{first, cut(t[first], most)}}
	for _, lang := range t.Languages() {
		if lang != first && t[lang] != "" {
			out.Translations = append(out.Translations, translated{lang, cut(t[lang], most)})
		}
	}
	return out
}

// plain is the text for whoever has none of its languages.
func (l *localized) plain() string {
	if l == nil {
		return ""
	}
	return l.Default.Value
}

// cut shortens a text to a number of characters, the last of them an ellipsis.
func cut(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}

// valueText is what a value says, written in both languages; nil for one that says nothing.
func valueText(v *card.Value) card.Text {
	switch {
	case !v.Text.Empty():
		return v.Text
	case v.Points != nil:
		return decimals(v.Points.Format(v.Scale), "", "")
	case v.Money != nil:
		return amount(*v.Money, v.Currency)
	case v.Number != nil:
		return decimals(strconv.FormatInt(*v.Number, 10), "", "")
	case v.Percent != nil:
		return decimals(money.Percent(*v.Percent).String(), "%", hardSpace+"%")
	case !v.Date.IsZero():
		return moment(v.Date, v.WithTime)
	case v.Link != "":
		return card.Same(v.Link)
	}
	return nil
}

const hardSpace = "\u00a0"

var currencySigns = map[money.Currency]string{"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "KZT": "₸", "GEL": "₾", "TRY": "₺", "AMD": "֏"}

func amount(a money.Amount, c money.Currency) card.Text {
	sign, short := currencySigns[c]
	if !short {
		sign = string(c)
	}
	text := strings.TrimSuffix(c.Format(a), ".00")
	t := decimals(text, "", hardSpace+sign)
	switch rest, negative := strings.CutPrefix(t["en"], "−"); {
	case !short:
		t["en"] = sign + hardSpace + t["en"]
	case negative:
		t["en"] = "−" + sign + rest
	default:
		t["en"] = sign + t["en"]
	}
	return t
}

// decimals writes a decimal number in both languages, each with an end of its own.
func decimals(text, en, ru string) card.Text {
	whole, places, _ := strings.Cut(text, ".")
	write := func(by, point string, least int) string {
		if places == "" {
			return grouped(whole, by, least)
		}
		return grouped(whole, by, least) + point + places
	}
	return card.Both(write(",", ".", 4)+en, write(hardSpace, ",", 5)+ru)
}

// grouped puts the digits of a whole number of at least so many into groups of three.
func grouped(text, by string, least int) string {
	digits, negative := strings.CutPrefix(text, "-")
	var b strings.Builder
	if negative {
		b.WriteString("−")
	}
	for i, d := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 && len(digits) >= least {
			b.WriteString(by)
		}
		b.WriteByte(d)
	}
	return b.String()
}

func moment(t time.Time, withTime bool) card.Text {
	en, ru := t.Format("2 Jan 2006"), t.Format("02.01.2006")
	if withTime {
		at := t.Format(", 15:04")
		en, ru = en+at, ru+at
	}
	return card.Both(en, ru)
}
