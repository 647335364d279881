package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// fact is one thing that is said of a programme or a promotion, in words. Pages show facts and compare them.
type fact struct{ id, label, value string }

// teller says what the numbers of a programme mean: in which currency, at which scale of points, in which zone.
type teller struct {
	*call

	of    *verno.Programme
	zone  *time.Location
	shops []verno.Store
}

func (c *call) teller(of *verno.Programme, shops []verno.Store) *teller {
	zone, err := time.LoadLocation(of.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return &teller{c, of, zone, shops}
}

// kinds are the types of promotion by name, as their settings describe themselves.
var kinds = func() map[string]promo.Kind {
	m := map[string]promo.Kind{}
	for _, k := range promo.Kinds() {
		m[k.Name] = k
	}
	return m
}()

func fieldsOf(kind string) []promo.Field { return kinds[kind].Fields }

// settingsOf reads settings as they are stored; none where they cannot be read.
func settingsOf(raw json.RawMessage) map[string]any {
	settings := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&settings) != nil {
		return map[string]any{}
	}
	return settings
}

// textOf is a setting as its default is written.
func textOf(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// named is a message about a setting: that of its type, or the one that all types share; empty where there is none.
func (c *call) named(kind, name string) string {
	for _, id := range []string{"desk.setting." + kind + "." + name, "desk.setting.any." + name} {
		if c.Has(id) {
			return c.Say(id)
		}
	}
	return ""
}

// value is a setting in words.
func (t *teller) value(kind string, f *promo.Field, v any) string {
	text := textOf(v)
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case f.Type == "list":
		return t.rows(kind, f, v)
	case f.Type == "yes_or_no":
		return t.yes(v == true)
	case len(f.Enum) > 0 && text != "":
		return t.named(kind, f.Name+"_"+text)
	case f.Type == "percent":
		p, err := money.ParsePercent(text)
		if err != nil {
			return text
		}
		return t.Percent(p)
	case err != nil:
		return text
	case f.Type == "money":
		return t.money(money.Amount(n))
	case f.Type == "points":
		return t.points(money.Points(n))
	case f.Unit == "seconds":
		return t.duration(n)
	case f.Unit == "days":
		return t.Count("desk.rules.days", n)
	default:
		return t.Number(n)
	}
}

// rows are the items of a list, each with what is said of it.
func (t *teller) rows(kind string, f *promo.Field, v any) string {
	list, _ := v.([]any)
	var rows []string
	for _, item := range list {
		settings, _ := item.(map[string]any)
		var parts []string
		for i := range f.Fields {
			inner := &f.Fields[i]
			if value, ok := settings[inner.Name]; ok {
				parts = append(parts, t.named(kind, f.Name+"_"+inner.Name)+" "+t.value(kind, inner, value))
			}
		}
		rows = append(rows, strings.Join(parts, ", "))
	}
	return strings.Join(rows, "; ")
}

func (t *teller) money(a money.Amount) string { return t.Money(a, t.of.Currency) }

// kind is what the choice of a type says of it, with sums in the programme's own money.
func (t *teller) kind(name, what string) string {
	sum := func(whole string) string {
		a, err := t.of.Currency.ParseAmount(whole)
		if err != nil {
			return whole
		}
		return t.money(a)
	}
	return t.Say("desk.kind."+name+"."+what, "Off", sum("100"), "From", sum("1000"), "Paid", sum("500"), "Back", sum("25"))
}

// points are points with their name.
func (t *teller) points(p money.Points) string {
	if t.of.Points.Scale == 0 {
		return t.Count("points", int64(p))
	}
	return t.Say("desk.rules.points_of", "N", t.Points(p, t.of.Points.Scale))
}

func (c *call) yes(is bool) string {
	if is {
		return c.Say("common.yes")
	}
	return c.Say("common.no")
}

// spans are the lengths in which people give a time, the longest first.
var spans = []struct {
	seconds int64
	name    string
}{{86_400, "days"}, {3600, "hours"}, {60, "minutes"}, {1, "seconds"}}

// span is the longest length of which a time is whole, and how many there are.
func span(seconds int64) (n int64, name string) {
	for _, s := range spans {
		if seconds%s.seconds == 0 && seconds > 0 {
			return seconds / s.seconds, s.name
		}
	}
	return 0, "days"
}

func (t *teller) duration(seconds int64) string {
	if seconds == 0 {
		return t.Say("desk.rules.at_once")
	}
	n, name := span(seconds)
	return t.Count("desk.rules."+name, n)
}

// promotion is all that can be said of a promotion, the settings of its type first.
func (t *teller) promotion(p *verno.Promotion) []fact {
	facts := []fact{
		{"name", t.Say("desk.promotion.name"), p.Name},
		{"active", t.Say("desk.promotion.active"), t.yes(p.Active)},
	}
	settings := settingsOf(p.Settings)
	for i := range fieldsOf(p.Type) {
		f := &fieldsOf(p.Type)[i]
		v, ok := settings[f.Name]
		if !ok && f.Default != "" {
			v, ok = f.Default, !f.Fine
		}
		if ok && prune(v) != nil {
			facts = append(facts, fact{"settings/" + f.Name, t.named(p.Type, f.Name), t.value(p.Type, f, v)})
		}
	}
	say := func(id, value string) {
		if value != "" {
			facts = append(facts, fact{id, t.Say("desk.promotion.fact." + id), value})
		}
	}
	say("categories", strings.Join(p.Goods.Categories, ", "))
	say("skus", strings.Join(p.Goods.SKUs, ", "))
	say("except_categories", strings.Join(p.Goods.ExceptCategories, ", "))
	say("except_skus", strings.Join(p.Goods.ExceptSKUs, ", "))
	if p.MinBasket > 0 {
		say("min_basket", t.money(p.MinBasket))
	}
	say("dates", t.dates(&p.Schedule))
	say("weekdays", t.weekdays(p.Schedule.Weekdays))
	say("hours", hours(p.Schedule.Hours))
	say("stores", t.storeNames(p.Schedule.Stores))
	if p.Audience.Anonymous {
		say("anonymous", t.Say("common.yes"))
	}
	say("levels", t.levelNames(p.Audience.Levels))
	say("tags", strings.Join(p.Audience.Tags, ", "))
	if p.Audience.MinPoints > 0 {
		say("min_points", t.Points(p.Audience.MinPoints, t.of.Points.Scale))
	}
	t.limits(p, say)
	say("condition", p.Condition)
	if p.Priority != 0 {
		say("priority", strconv.Itoa(p.Priority))
	}
	if p.Exclusive {
		say("exclusive", t.Say("common.yes"))
	}
	say("group", p.Group)
	return facts
}

func (t *teller) limits(p *verno.Promotion, say func(id, value string)) {
	l := &p.Limits
	times := func(id string, n int64) {
		if n > 0 {
			say(id, t.Count("desk.rules.times", n))
		}
	}
	times("per_member", l.PerMember)
	times("per_member_day", l.PerMemberDay)
	times("total", l.Total)
	if l.Budget > 0 {
		say("budget", t.budget(p.Type, l.Budget))
	}
	if l.ReturnsGive {
		say("returns_give", t.Say("common.yes"))
	}
}

// budget is a budget in what its type gives: money or points.
func (t *teller) budget(kind string, n int64) string {
	if kinds[kind].LowersPrices {
		return t.money(money.Amount(n))
	}
	return t.points(money.Points(n))
}

func (t *teller) dates(s *verno.Schedule) string {
	switch {
	case s.From != nil && s.Until != nil:
		return t.Say("desk.rules.between", "From", t.Moment(s.From.In(t.zone)), "Until", t.Moment(s.Until.In(t.zone)))
	case s.From != nil:
		return t.Say("desk.rules.since", "From", t.Moment(s.From.In(t.zone)))
	case s.Until != nil:
		return t.Say("desk.rules.until", "Until", t.Moment(s.Until.In(t.zone)))
	}
	return ""
}

func (c *call) weekdays(days []int) string {
	var names []string
	for _, d := range days {
		names = append(names, c.weekday(d))
	}
	return strings.Join(names, ", ")
}

// weekday is the short name of a day, 1 for Monday.
func (c *call) weekday(day int) string {
	return c.Weekday(time.Date(2024, time.January, day, 0, 0, 0, 0, time.UTC))
}

func hours(list []verno.Hours) string {
	var parts []string
	for _, h := range list {
		parts = append(parts, h.From+"–"+h.Until)
	}
	return strings.Join(parts, ", ")
}

func (t *teller) storeNames(ids []verno.StoreID) string { return strings.Join(t.shopNames(ids), ", ") }

func (t *teller) shopNames(ids []verno.StoreID) []string {
	var names []string
	for _, id := range ids {
		name := id.String()
		for i := range t.shops {
			if t.shops[i].ID == id {
				name = t.shops[i].Name
			}
		}
		names = append(names, name)
	}
	return names
}

func (t *teller) levelNames(ids []string) string {
	var names []string
	for _, id := range ids {
		name := id
		for _, l := range t.of.Levels.Levels {
			if l.ID == id {
				name = l.Name
			}
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
