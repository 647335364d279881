package desk

import (
	"encoding/json"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/words"
	"github.com/verno-loyalty/verno/money"
)

// samples are the members with whose card a template is looked at.
var samples = []string{"usual", "new", "gold", "expiring", "long"}

// facts are what there is to say of the card of a sample member.
func (b *board) facts(l *words.Lang, t *card.Template, sample string) card.Facts {
	at := b.now.In(b.zone)
	scale := b.of.Points.Scale
	x := card.Facts{
		At: at, Merchant: b.Brand.Name, Currency: b.of.Currency, Scale: scale, Number: "9824153067120458", Machine: strings.Repeat("1234567", 6),
		State: string(verno.CardActive), Holder: l.Say("desk.template.sample_first"), Points: b.earned(120, scale), Spent: b.sum(8_500),
		SavesFor: card.Gift{Offer: card.Same(l.Say("desk.template.sample_gift")), Price: b.earned(240, scale).Available},
		Missing:  b.sum(1_500), Percent: 500, Stored: b.sum(450), Stamps: []card.Stamps{{Name: stampsOf(t), Count: 4, Needed: 6}},
		Worth: b.sum(700), Values: map[string]string{
			"section": "A", "row": "3", "seat": "14", "name": l.Say("desk.template.sample_name"), "post": l.Say("desk.template.sample_post"),
			"department": l.Say("desk.template.sample_department"), "phone": "+7 900 123-45-67", "email": "anna@example.com",
			"from": l.Say("desk.template.sample_giver"), "to": l.Say("desk.template.sample_first"),
		},
	}
	begun := card.Document{}
	begun.Begin(t, at)
	x.Ends, x.Of, x.Left = begun.Ends, begun.Uses, max(min(begun.Uses, 1), begun.Uses-3)
	b.rank(l, sample, &x)
	switch sample {
	case "new":
		x.Points, x.Spent, x.Stored, x.Cashback, x.Percent = card.Points{}, 0, 0, 0, 0
		x.Stamps[0].Count, x.Left, x.Worth = 0, x.Of, b.sum(1_000)
	case "gold":
		x.Points, x.Missing, x.Percent, x.Spent = b.earned(2_450, scale), 0, 1_000, b.sum(96_000)
	case "expiring":
		x.Points.Expiring, x.Points.ExpireAt = b.earned(50, scale).Available, at.AddDate(0, 0, 9)
		x.Ends = at.AddDate(0, 0, 9)
	case "long":
		x.Points, x.Spent, x.Missing, x.Stored, x.Worth = b.earned(1_234_567, scale), b.sum(9_876_543), b.sum(123_456), b.sum(1_234_567), b.sum(1_234_567)
		x.Holder, x.Level, x.Next = l.Say("desk.template.sample_long_first"), l.Say("desk.template.sample_long_level"), l.Say("desk.template.sample_long_level")
		x.Values["name"], x.Values["post"] = l.Say("desk.template.sample_long_name"), l.Say("desk.template.sample_long_post")
		x.Values["section"], x.Values["to"] = l.Say("desk.template.sample_long_section"), l.Say("desk.template.sample_long_first")
	}
	return x
}

// earned is a balance of so many points and what it is worth.
func (b *board) earned(n int64, scale int) card.Points {
	points := money.Points(n)
	for range scale {
		points *= 10
	}
	return card.Points{Available: points, Worth: money.Amount(b.of.Points.Value.Of(int64(points), money.Down))}
}

// sum is so much of the programme's currency.
func (b *board) sum(n int64) money.Amount {
	a := money.Amount(n)
	for range b.of.Currency.Exponent() {
		a *= 10
	}
	return a
}

// stampsOf is the promotion of stamps that a template names.
func stampsOf(t *card.Template) string {
	var s struct {
		Promotion string `json:"promotion"`
	}
	_ = json.Unmarshal(t.Settings, &s) // What cannot be read names none.
	return s.Promotion
}
