package desk

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/money"
)

// formOf is the form of a promotion, filled in.
func (t *teller) formOf(p *verno.Promotion, revision int64) *view.Form {
	w := &typed{t, url.Values{}}
	w.text("name", p.Name)
	w.on("active", p.Active)
	w.settings(p.Type, p.Settings)
	w.lines("goods/categories", p.Goods.Categories)
	w.lines("goods/skus", p.Goods.SKUs)
	w.lines("goods/except_categories", p.Goods.ExceptCategories)
	w.lines("goods/except_skus", p.Goods.ExceptSKUs)
	w.money("min_basket", p.MinBasket)
	w.moment("schedule/from", p.Schedule.From)
	w.moment("schedule/until", p.Schedule.Until)
	for _, d := range p.Schedule.Weekdays {
		w.values.Add("schedule/weekdays", strconv.Itoa(d))
	}
	for i, h := range p.Schedule.Hours {
		w.text(place("schedule/hours", i, "from"), h.From)
		w.text(place("schedule/hours", i, "until"), h.Until)
	}
	for _, id := range p.Schedule.Stores {
		w.values.Add("schedule/stores", id.String())
	}
	w.on("audience/anonymous", p.Audience.Anonymous)
	w.values["audience/levels"] = slices.Clone(p.Audience.Levels)
	w.lines("audience/tags", p.Audience.Tags)
	w.points("audience/min_points", p.Audience.MinPoints)
	w.whole("limits/per_member", p.Limits.PerMember)
	w.whole("limits/per_member_day", p.Limits.PerMemberDay)
	w.whole("limits/total", p.Limits.Total)
	if kinds[p.Type].LowersPrices {
		w.money("limits/budget", money.Amount(p.Limits.Budget))
	} else {
		w.points("limits/budget", money.Points(p.Limits.Budget))
	}
	w.on("limits/returns_give", p.Limits.ReturnsGive)
	w.text("condition", p.Condition)
	w.whole("priority", int64(p.Priority))
	w.on("exclusive", p.Exclusive)
	w.text("group", p.Group)
	w.values.Set("revision", strconv.FormatInt(revision, 10))
	return &view.Form{Values: w.values}
}

// promotion makes a promotion of what was typed.
func (r *reading) promotion(kind string) verno.Promotion {
	p := verno.Promotion{
		Name: r.text("name"), Type: kind, Active: r.on("active"), Settings: r.settings(kind), MinBasket: r.money("min_basket"),
		Goods: verno.Goods{
			Categories: r.lines("goods/categories"), SKUs: r.lines("goods/skus"),
			ExceptCategories: r.lines("goods/except_categories"), ExceptSKUs: r.lines("goods/except_skus"),
		},
		Audience: verno.Audience{
			Anonymous: r.on("audience/anonymous"), Levels: r.list("audience/levels"), Tags: r.lines("audience/tags"), MinPoints: r.points("audience/min_points"),
		},
		Schedule: verno.Schedule{From: r.moment("schedule/from"), Until: r.moment("schedule/until"), Hours: r.hours()},
		Limits: verno.Limits{
			PerMember: r.whole("limits/per_member"), PerMemberDay: r.whole("limits/per_member_day"), Total: r.whole("limits/total"),
			ReturnsGive: r.on("limits/returns_give"),
		},
		Condition: r.text("condition"), Exclusive: r.on("exclusive"), Group: r.text("group"),
	}
	p.Priority = r.small("priority")
	for _, wrong := range promo.Unmeant(&p) {
		name := strings.TrimPrefix(wrong.Pointer, "/")
		r.faults[name] = r.problem(kind, name, wrong.Code, wrong.Params)
	}
	if kind == "welcome_bonus" && !r.firstPurchase() {
		p.Goods, p.MinBasket = verno.Goods{}, 0
	}
	if kinds[kind].LowersPrices {
		p.Limits.Budget = int64(r.money("limits/budget"))
	} else {
		p.Limits.Budget = int64(r.points("limits/budget"))
	}
	for _, text := range r.list("schedule/weekdays") {
		if d, err := strconv.Atoi(text); err == nil {
			p.Schedule.Weekdays = append(p.Schedule.Weekdays, d)
		}
	}
	for _, text := range r.list("schedule/stores") {
		var id verno.StoreID
		if id.UnmarshalText([]byte(text)) == nil {
			p.Schedule.Stores = append(p.Schedule.Stores, id)
		}
	}
	return p
}

// firstPurchase says whether a welcome bonus waits for a purchase; else it has neither goods nor a sum to look at.
func (r *reading) firstPurchase() bool { return r.text("settings/when") == "first_purchase" }

// hours are the rows of a day's parts, written back without gaps.
func (r *reading) hours() []verno.Hours {
	const name = "schedule/hours"
	var list []verno.Hours
	for i := range rows(r.values, name, maxHours) {
		h := verno.Hours{From: r.text(place(name, i, "from")), Until: r.text(place(name, i, "until"))}
		r.values.Del(place(name, i, "from"))
		r.values.Del(place(name, i, "until"))
		if h == (verno.Hours{}) {
			continue
		}
		r.values.Set(place(name, len(list), "from"), h.From)
		r.values.Set(place(name, len(list), "until"), h.Until)
		list = append(list, h)
	}
	return list
}

const maxHours = 21 // one more than the rules take, so that they say it

// failRules puts what the rules find wrong at the fields of a form, in words: those of the rules where the code is
// theirs. What stands in a list is said at the list, with the line that it is in.
func (t *teller) failRules(form *view.Form, kind string, err error) {
	form.Fail(t.r, t.Page, err, nil)
	e := verno.AsError(err)
	if len(e.Fields) == 0 {
		return
	}
	form.Faults = map[string]string{}
	for i := range e.Fields {
		fault := &e.Fields[i]
		name := asked(kind, form.Value("way"), strings.TrimPrefix(fault.Pointer, "/"))
		text := t.problem(kind, name, fault.Code, fault.Params)
		if list, at, ok := lineOf(name); ok {
			name, text = list, t.Say("desk.rules.line", "N", at+1, "Text", text)
		}
		if form.Faults[name] == "" {
			form.Faults[name] = text
		}
	}
}

// lineOf is the list in which a fault stands that has a field of its own with one name on each line.
func lineOf(name string) (list string, at int, ok bool) {
	cut := strings.LastIndexByte(name, '/')
	if cut < 0 {
		return "", 0, false
	}
	at, err := strconv.Atoi(name[cut+1:])
	return name[:cut], at, err == nil
}

// problem is a fault in words.
func (t *teller) problem(kind, name, code string, params map[string]string) string {
	text, ok := problemTexts[code]
	if !ok {
		return verno.TextOf(code, t.Code, params)
	}
	sentence := text.En
	if t.Code == "ru" {
		sentence = text.Ru
	}
	for key, value := range params {
		sentence = strings.ReplaceAll(sentence, "{"+key+"}", t.param(kind, name, key, value))
	}
	return sentence
}

var problemTexts, reasonTexts = byCode(promo.ProblemTexts()), byCode(promo.Texts())

func byCode(texts []promo.Text) map[string]promo.Text {
	m := make(map[string]promo.Text, len(texts))
	for _, t := range texts {
		m[t.Code] = t
	}
	return m
}

// param is a parameter of a problem as people say it: bounds in the unit of their field, fields by their labels.
func (t *teller) param(kind, name, key, value string) string {
	if key == "field" || key == "fields" || key == "values" {
		parts := strings.Split(value, ", ")
		for i, part := range parts {
			if label := t.named(kind, part); label != "" {
				parts[i] = label
			}
		}
		return strings.Join(parts, ", ")
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || key != "min" && key != "max" {
		return value
	}
	f := fieldAt(kind, name)
	switch {
	case name == "min_basket" || f != nil && f.Type == "money":
		return t.money(money.Amount(n))
	case f != nil && f.Type == "points":
		return t.Points(money.Points(n), t.of.Points.Scale)
	case f != nil && f.Unit == "seconds":
		return t.duration(n)
	default:
		return t.Number(n)
	}
}

// fieldAt is the setting that a fault is about; nil where it is about none.
func fieldAt(kind, name string) *promo.Field {
	path := strings.Split(name, "/")
	if path[0] != "settings" {
		return nil
	}
	fields := fieldsOf(kind)
	var found *promo.Field
	for _, step := range path[1:] {
		for i := range fields {
			if fields[i].Name == step {
				found, fields = &fields[i], fields[i].Fields
				break
			}
		}
	}
	return found
}
