package card

import (
	"strings"
	"time"

	"github.com/verno-loyalty/verno/money"
)

// Empty says that a value says nothing.
func (v Value) Empty() bool {
	return v.Text.Empty() && v.Points == nil && v.Money == nil && v.Number == nil && v.Percent == nil && v.Date.IsZero() && v.Link == ""
}

// Same is a text that is the same in every language.
func Same(s string) Text {
	if s == "" {
		return nil
	}
	return Text{"en": s}
}

func textValue(t Text) Value { return Value{Text: t} }

func pointsValue(p money.Points, scale int) Value { return Value{Points: &p, Scale: scale} }

func moneyValue(a money.Amount, c money.Currency) Value { return Value{Money: &a, Currency: c} }

func numberValue(n int64) Value { return Value{Number: &n} }

func percentValue(hundredths int64) Value { return Value{Percent: &hundredths} }

func dateValue(t time.Time) Value { return Value{Date: t} }

func momentValue(t time.Time) Value { return Value{Date: t, WithTime: !t.IsZero()} }

// some is a value where a condition holds, else nothing.
func some(holds bool, v Value) Value {
	if !holds {
		return Value{}
	}
	return v
}

// day is a day as people write it, in both languages.
func day(t time.Time) (en, ru string) { return t.Format("2 Jan 2006"), t.Format("02.01.2006") }

// by is an amount of something that lasts until a day.
func by(amount string, until time.Time) Text {
	en, ru := day(until)
	return Both(amount+" until "+en, strings.ReplaceAll(amount, ".", ",")+" до "+ru)
}

// awaits names a gift and says how many points are still to come for it; nothing where there is none.
func (g *Gift) awaits(has money.Points, scale int) Text {
	if g.Offer.Empty() {
		return nil
	}
	missing := max(0, g.Price-has).Format(scale)
	text := Both(g.Offer.In("en")+", "+missing+" to go", g.Offer.In("ru")+", ещё "+strings.ReplaceAll(missing, ".", ","))
	if has >= g.Price {
		text = Both(g.Offer.In("en")+", enough points", g.Offer.In("ru")+", баллов хватает")
	}
	for _, lang := range g.Offer.Languages() {
		if _, said := text[lang]; !said {
			text[lang] = g.Offer.In(lang)
		}
	}
	return text
}

// spaced groups the digits of a card's number by four.
func spaced(digits string) string {
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
