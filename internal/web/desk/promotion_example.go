package desk

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// example is a purchase that has not happened, priced with the drafts: what the promotion in hand does for it, and why
// the others do or do not join in.
type example struct {
	problems []string // what keeps the rules from answering, in words
	joining  bool     // it is not about a purchase, but about joining the programme, or bringing the plastic card along
	setting  string   // when and where, in words
	out      verno.Outcome
	stamps   int64
	own      []reasoned // of the promotion in hand
	beside   []reasoned // of others that give something too, so that the totals are not its alone
	others   []reasoned // of others that give nothing
}

// reasoned is what a promotion does, or why it does nothing.
type reasoned struct {
	name, text string
	applied    bool
}

// guests are those for whom an example may be, beside the programme's levels.
var guests = []string{"member", "new", "anonymous"}

// exampleSum is the receipt of an example in major units, where nobody asks for another.
const exampleSum = "1240"

// example prices the example of a promotion as it stands in a form.
func (r *reading) example(d *draft, p *verno.Promotion, now time.Time) *example {
	if p.ID.IsZero() {
		p.ID = verno.PromotionID{0xff} // after all others, as its own will be
	}
	if p.Name == "" {
		p.Name = r.Say("desk.promotion.this")
	}
	p.Active = true
	e := &example{}
	if text := r.faults["goods/categories"]; text != "" {
		e.problems = append(e.problems, text)
	}
	rules, problems := rulesWith(d, p)
	for _, problem := range problems {
		name := asked(p.Type, r.text("way"), strings.TrimPrefix(problem.Pointer, "/"))
		text := r.problem(p.Type, name, problem.Code, problem.Params)
		if f := fieldAt(p.Type, name); f != nil {
			text = r.named(p.Type, f.Name) + ": " + text
		}
		if !slices.Contains(e.problems, text) {
			e.problems = append(e.problems, text)
		}
	}
	if rules == nil || len(r.faults) > 0 {
		return e
	}
	in := &promo.Input{Basket: r.basket(p), Member: r.guest(p), Moment: verno.Moment{At: now.In(r.zone), Channel: "till"}}
	if len(p.Schedule.Stores) > 0 {
		in.Moment.Store = p.Schedule.Stores[0]
	}
	in.Moment.At = opening(rules, in, p.ID)
	switch when := settingsOf(p.Settings)["when"]; {
	case p.Type == "welcome_bonus" && when == nil:
		e.joining = true
		rules.Enrol(in, true, &e.out)
	case p.Type == "welcome_bonus" && when == "move":
		e.joining = true
		rules.Move(in, true, &e.out)
	default:
		rules.Evaluate(in, true, &e.out)
	}
	r.tell(e, d, p, in)
	return e
}

// rulesWith are the drafts as rules, with the promotion in hand in the place of its draft. Where others are at fault, the
// promotion stands alone; the problems are its own.
func rulesWith(d *draft, p *verno.Promotion) (*promo.Rules, []promo.Problem) {
	all := d.next()
	at := slices.IndexFunc(all.Promotions, func(o verno.Promotion) bool { return o.ID == p.ID })
	if at < 0 {
		all.Promotions = append(all.Promotions, *p)
	} else {
		all.Promotions[at] = *p
	}
	rules, problems := promo.Compile(all)
	if rules != nil {
		return rules, nil
	}
	own := slices.DeleteFunc(problems, func(q promo.Problem) bool { return q.Promotion != p.ID })
	if len(own) > 0 {
		return nil, own
	}
	rules, problems = promo.Compile(&verno.Version{Programme: d.Draft, Promotions: []verno.Promotion{*p}})
	return rules, problems
}

// basket are four pieces that come to the sum that was asked for. If the promotion is for some goods only, all but the
// last are such goods, so that both can be seen.
func (r *reading) basket(p *verno.Promotion) *verno.Basket {
	if r.text("example/sum") == "" {
		r.values.Set("example/sum", exampleSum)
	}
	sum := min(max(r.money("example/sum"), 0), 1_000_000_000)
	b := &verno.Basket{Currency: r.of.Currency}
	bounded := len(p.Goods.Categories)+len(p.Goods.SKUs) > 0
	for i, part := range r.parts(sum) {
		l := verno.Line{ID: strconv.Itoa(i + 1), SKU: strconv.Itoa(i + 1), Category: "-", Quantity: money.One, Price: part, Sum: part}
		if bounded && i < 3 {
			if len(p.Goods.Categories) > 0 {
				l.Category = p.Goods.Categories[0]
			} else {
				l.SKU = p.Goods.SKUs[0]
			}
		}
		b.Lines = append(b.Lines, l)
	}
	return b
}

// parts cuts a sum into four prices in whole units of the currency, the dearest first; what is over goes to the last.
func (r *reading) parts(sum money.Amount) []money.Amount {
	unit := int64(1)
	for range r.of.Currency.Exponent() {
		unit *= 10
	}
	whole := money.MulDiv(int64(sum), 1, unit, money.Down)
	var parts []money.Amount
	left := sum
	for _, n := range money.Allocate(nil, whole, []int64{44, 24, 16, 16}) {
		parts = append(parts, money.Amount(n*unit))
		left -= money.Amount(n * unit)
	}
	parts[len(parts)-1] += left
	return parts
}

// guest is whom the example is for: somebody who may use the promotion, unless the form asks for another.
func (r *reading) guest(p *verno.Promotion) *verno.MemberFacts {
	who := r.text("example/who")
	m := &verno.MemberFacts{
		Purchases: 10, Enrolled: 100, Tags: p.Audience.Tags, Birthday: []verno.PromotionID{p.ID},
		Stamps: map[verno.PromotionID]int64{p.ID: r.before(p)}, CardKind: "discount", CardPercent: 500, Points: p.Audience.MinPoints,
	}
	if len(p.Audience.Levels) > 0 {
		m.Level = p.Audience.Levels[0]
	}
	level, asked := strings.CutPrefix(who, "level:")
	switch {
	case asked:
		m.Level = level
	case who == "anonymous":
		return nil
	case who == "new" || who == "" && p.Type == "welcome_bonus":
		m.Purchases, m.Enrolled = 0, 0
	}
	return m
}

// before is how many stamps are on the card before the purchase: one fewer than fill it.
func (r *reading) before(p *verno.Promotion) int64 {
	if p.Type != "stamps" {
		return 0
	}
	return max(said{r.teller, settingsOf(p.Settings)}.number("needed")-1, 0)
}

// opening is the next moment at which a promotion may apply, by half hours of a week from now or from its beginning; the
// first of them where there is none.
func opening(rules *promo.Rules, in *promo.Input, id verno.PromotionID) time.Time {
	p := rules.Promotion(id)
	first := in.Moment.At
	if from := p.Schedule.From; from != nil && from.After(first) {
		first = from.In(first.Location())
	}
	if len(p.Schedule.Weekdays)+len(p.Schedule.Hours) == 0 {
		return first
	}
	ask := *in
	ask.Basket = &verno.Basket{Currency: in.Basket.Currency}
	var out verno.Outcome
	at := first
	for range 7*48 + 1 {
		ask.Moment.At = at
		rules.Evaluate(&ask, true, &out)
		closed := slices.ContainsFunc(out.Explained, func(e verno.Explanation) bool {
			return e.Promotion == id && e.Code == "not_in_schedule"
		})
		if !closed {
			return at
		}
		at = at.Truncate(30 * time.Minute).Add(30 * time.Minute)
	}
	return first
}

// tell puts an outcome into words.
func (r *reading) tell(e *example, d *draft, p *verno.Promotion, in *promo.Input) {
	var parts []string
	if len(p.Schedule.Weekdays)+len(p.Schedule.Hours) > 0 || p.Schedule.From != nil {
		parts = append(parts, r.Weekday(in.Moment.At)+", "+r.Moment(in.Moment.At))
	}
	if n := r.before(p); n > 0 && in.Member != nil {
		parts = append(parts, r.Say("desk.example.stamps_before", "Stamps", r.Count("desk.stamps", n)))
	}
	if p.Type == "birthday_bonus" {
		parts = append(parts, r.Say("desk.example.birthday"))
	}
	if len(p.Goods.Categories)+len(p.Goods.SKUs) > 0 && !e.joining {
		parts = append(parts, r.Say("desk.example.goods", "Sum", r.teller.money(in.Basket.Gross()-in.Basket.Lines[3].Sum)))
	}
	e.setting = strings.Join(parts, " ·\u00a0")
	for _, a := range e.out.Awards {
		if a.Unit == verno.UnitStamps {
			e.stamps += int64(a.Points)
		}
	}
	for _, x := range e.out.Explained {
		why := reasoned{applied: x.Applied, text: r.foretold(x), name: p.Name}
		if x.Promotion == p.ID {
			e.own = append(e.own, why)
			continue
		}
		if x.Code == "inactive" || x.Code == "other_occasion" {
			continue
		}
		for i := range d.promotions {
			if d.promotions[i].Draft.ID == x.Promotion {
				why.name = d.promotions[i].Draft.Name
				if x.Applied {
					e.beside = append(e.beside, why)
				} else {
					e.others = append(e.others, why)
				}
			}
		}
	}
}

// willGive are the words for points that have not been given yet, by the codes of those that have.
var willGive = map[string]string{"points_given": "desk.example.will_give", "points_cut": "desk.example.will_cut"}

// foretold is an explanation of a purchase that has not happened. What follows the gift itself stays as it is: the best of
// a group goes on to say which others it is better than.
func (t *teller) foretold(x verno.Explanation) string {
	for code, key := range willGive {
		if !strings.HasPrefix(x.Code, code) {
			continue
		}
		given, err := money.ParsePoints(x.Params["points"], t.of.Points.Scale)
		if err != nil {
			break
		}
		wanted := x.Params["wanted"]
		if n, err := money.ParsePoints(wanted, t.of.Points.Scale); err == nil {
			wanted = t.Points(n, t.of.Points.Scale)
		}
		past := x
		past.Code = code
		return t.Say(key, "Points", t.points(given), "Wanted", wanted) + strings.TrimPrefix(t.reason(x), t.reason(past))
	}
	return t.reason(x)
}

// reason is an explanation of the rules in words, with sums and points as the reader writes them.
func (t *teller) reason(x verno.Explanation) string {
	text, ok := reasonTexts[x.Code]
	if !ok {
		return x.Code
	}
	sentence := text.En
	if t.Code == "ru" {
		sentence = text.Ru
	}
	for key, value := range x.Params {
		switch key {
		case "amount", "need":
			if a, err := t.of.Currency.ParseAmount(value); err == nil {
				value = t.money(a)
			}
		case "points", "wanted":
			if n, err := money.ParsePoints(value, t.of.Points.Scale); err == nil {
				value = t.Points(n, t.of.Points.Scale)
			}
		case "quantity":
			if q, err := money.ParseQuantity(value); err == nil {
				value = t.Quantity(q)
			}
		case "class":
			value = t.Say("desk.class." + value)
		}
		sentence = strings.ReplaceAll(sentence, "{"+key+"}", value)
	}
	return sentence
}
