package desk

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/money"
)

// terms is all that can be said of a programme's terms.
func (t *teller) terms() []fact {
	p := &t.of.Points
	facts := []fact{
		{"name", t.Say("desk.programme.name"), t.of.Name},
		{"worth", t.Say("desk.programme.worth"), t.worth()},
		{"max_share", t.Say("desk.programme.max_share"), t.Percent(p.MaxShare)},
	}
	say := func(id, value string) {
		if value != "" {
			facts = append(facts, fact{id, t.Say("desk.programme." + id), value})
		}
	}
	if p.MaxShareLine != money.Full {
		say("max_share_line", t.Percent(p.MaxShareLine))
	}
	if p.MinSpend > 0 {
		say("min_spend", t.points(p.MinSpend))
	}
	say("static_daily", t.points(p.StaticDaily))
	most := t.of.PaidIn.Most(t.of.Currency)
	say("most_top_up", t.money(most.TopUp))
	say("most_certificate", t.money(most.Certificate))
	if p.PendingSecond > 0 {
		say("pending", t.duration(p.PendingSecond))
	} else {
		facts = append(facts, fact{"pending", t.Say("desk.programme.spendable"), t.Say("desk.rules.at_once")})
	}
	say("expiry", t.expiry(&p.Expiry))
	say("rounding", t.named("", "rounding_"+p.Rounding.String()))
	if p.Scale > 0 {
		say("scale", t.Number(int64(p.Scale)))
	}
	if len(t.of.Levels.Levels) > 0 {
		say("window", t.window())
	}
	for _, l := range t.of.Levels.Levels {
		facts = append(facts, fact{
			"levels/" + l.ID, t.Say("desk.programme.level", "Name", l.Name), t.Say("desk.programme.level_from", "Sum", t.money(l.From)),
		})
	}
	if t.of.PlasticEnds {
		say("plastic_ends", t.Say("desk.programme.plastic_ended"))
	}
	for i := range t.of.Classes {
		say("class", t.barred(&t.of.Classes[i]))
		facts[len(facts)-1].id += string(t.of.Classes[i].Class)
	}
	say("time_zone", zoneName(t.call, t.of.TimeZone))
	return facts
}

// worth says what points are worth: 1 point = 1 ₽.
func (t *teller) worth() string {
	points, sum := t.worthPair()
	return t.points(points) + " = " + t.money(sum)
}

// worthPair is the rate with whole points on its side, where they are not too many.
func (t *teller) worthPair() (points money.Points, sum money.Amount) {
	v := t.of.Points.Value
	unit := int64(1)
	for range t.of.Points.Scale {
		unit *= 10
	}
	if v.Den%unit != 0 && v.Den <= 1_000_000 && v.Num <= 1_000_000 {
		v.Num, v.Den = v.Num*unit, v.Den*unit
	}
	return money.Points(v.Den), money.Amount(v.Num)
}

func (t *teller) expiry(e *verno.ExpiryTerms) string {
	var text string
	n := int64(e.Number)
	switch e.Kind {
	case "after_days":
		text = t.Count("desk.expiry.after_days", n)
	case "after_months":
		text = t.Count("desk.expiry.after_months", n)
	case "end_of_year":
		text = t.Count("desk.expiry.end_of_year_after", n)
		if n == 0 {
			text = t.Say("desk.expiry.end_of_year")
		}
	case "on_date":
		text = t.Say("desk.expiry.on_date", "Date", e.Date)
		if at, err := time.Parse(time.DateOnly, e.Date); err == nil {
			text = t.Say("desk.expiry.on_date", "Date", t.Date(at))
		}
	default:
		return t.Say("desk.expiry.never")
	}
	if e.Grace > 0 {
		text += ", " + t.Count("desk.expiry.grace", int64(e.Grace))
	}
	return text
}

func (t *teller) window() string {
	if t.of.Levels.WindowMonths == 0 {
		return t.Say("desk.programme.for_life")
	}
	return t.Count("desk.programme.months", int64(t.of.Levels.WindowMonths))
}

// barred says what goods of a class are kept from.
func (t *teller) barred(c *verno.ClassTerms) string {
	var parts []string
	for _, b := range bars {
		if *b.of(c) {
			parts = append(parts, t.Say("desk.class."+b.name))
		}
	}
	return t.Say("desk.class."+string(c.Class)) + ": " + strings.Join(parts, ", ")
}

// bars are what a class of goods can be kept from.
var bars = []struct {
	name string
	of   func(*verno.ClassTerms) *bool
}{
	{"no_discount", func(c *verno.ClassTerms) *bool { return &c.NoDiscount }},
	{"no_redeem", func(c *verno.ClassTerms) *bool { return &c.NoRedeem }},
	{"no_earn", func(c *verno.ClassTerms) *bool { return &c.NoEarn }},
}

// termsForm is the form of a programme's terms, filled in.
func (t *teller) termsForm(p *verno.Programme, revision int64) *view.Form {
	w := &typed{t, url.Values{}}
	w.text("name", p.Name)
	w.text("time_zone", p.TimeZone)
	points, sum := t.worthPair()
	w.points("points/value/points", points)
	w.money("points/value/money", sum)
	w.text("points/max_share", w.decimal(p.Points.MaxShare.String()))
	w.text("points/max_share_line", w.decimal(p.Points.MaxShareLine.String()))
	w.points("points/min_spend", p.Points.MinSpend)
	w.points("points/static_daily", p.Points.StaticDaily)
	most := p.PaidIn.Most(p.Currency)
	w.money("paid_in/top_up", most.TopUp)
	w.money("paid_in/certificate", most.Certificate)
	w.seconds("points/pending_seconds", p.Points.PendingSecond)
	w.text("points/rounding", p.Points.Rounding.String())
	w.text("points/expiry/kind", p.Points.Expiry.Kind)
	w.whole("points/expiry/number", int64(p.Points.Expiry.Number))
	w.whole("points/expiry/grace", int64(p.Points.Expiry.Grace))
	w.text("points/expiry/date", p.Points.Expiry.Date)
	w.on("plastic_ends", p.PlasticEnds)
	w.whole("levels/window_months", int64(p.Levels.WindowMonths))
	for i, l := range p.Levels.Levels {
		w.text(place(levels, i, "id"), l.ID)
		w.text(place(levels, i, "name"), l.Name)
		w.values.Set(place(levels, i, "from"), "0")
		w.money(place(levels, i, "from"), l.From)
	}
	for _, class := range verno.GoodsClasses {
		own := p.Terms(class)
		for _, b := range bars {
			w.on("class/"+string(class)+"/"+b.name, *b.of(&own))
		}
	}
	w.values.Set("revision", strconv.FormatInt(revision, 10))
	return &view.Form{Values: w.values}
}

const (
	levels    = "levels/levels"
	maxLevels = 51 // one more than the rules take, so that they say it
)

// programme makes terms of what was typed. What no form can change stays as it was.
func (r *reading) programme(was *verno.Programme) verno.Programme {
	p := *was
	p.Name, p.TimeZone = r.text("name"), r.text("time_zone")
	value := money.Ratio{Num: int64(r.money("points/value/money")), Den: int64(r.points("points/value/points"))}
	if old := was.Points.Value; !value.Valid() || value.Num*old.Den != old.Num*value.Den {
		p.Points.Value = value
	}
	p.Points.MaxShare, p.Points.MaxShareLine = r.percent("points/max_share"), r.percent("points/max_share_line")
	p.Points.MinSpend, p.Points.StaticDaily = r.points("points/min_spend"), r.points("points/static_daily")
	if most := (verno.PaidInTerms{TopUp: r.money("paid_in/top_up"), Certificate: r.money("paid_in/certificate")}); most != was.PaidIn.Most(was.Currency) {
		p.PaidIn = most
	}
	p.Points.PendingSecond = r.seconds("points/pending_seconds")
	if p.Points.Rounding.UnmarshalText([]byte(r.text("points/rounding"))) != nil {
		r.fault("points/rounding")
	}
	p.Points.Expiry = r.expiry()
	p.Levels = verno.LevelTerms{WindowMonths: r.small("levels/window_months"), Levels: r.levels()}
	p.PlasticEnds = r.on("plastic_ends")
	p.Classes = r.classes(was)
	return p
}

// small is a whole number that the rules will find too large if it does not fit.
func (r *reading) small(name string) int { return int(max(min(r.whole(name), 1_000_000), -1_000_000)) }

func (r *reading) expiry() verno.ExpiryTerms {
	e := verno.ExpiryTerms{Kind: r.text("points/expiry/kind")}
	switch e.Kind {
	case "after_days", "after_months", "end_of_year":
		e.Number, e.Grace = r.small("points/expiry/number"), r.small("points/expiry/grace")
	case "on_date":
		e.Date = r.text("points/expiry/date")
	}
	return e
}

// levels are the rows in which a name or a sum stands, written back without gaps. A new one gets a name for programs.
func (r *reading) levels() []verno.Level {
	var list []verno.Level
	for i := range rows(r.values, levels, maxLevels) {
		id, name, from := r.text(place(levels, i, "id")), r.text(place(levels, i, "name")), r.text(place(levels, i, "from"))
		for _, field := range []string{"id", "name", "from"} {
			r.values.Del(place(levels, i, field))
		}
		if name == "" && (from == "" || from == "0" || id != "") {
			continue
		}
		at := len(list)
		for n := at + 1; id == ""; n++ {
			free := "level-" + strconv.Itoa(n)
			taken := func(l verno.Level) bool { return l.ID == free }
			if !slices.ContainsFunc(r.of.Levels.Levels, taken) && !slices.ContainsFunc(list, taken) {
				id = free
			}
		}
		r.values.Set(place(levels, at, "id"), id)
		r.values.Set(place(levels, at, "name"), name)
		r.values.Set(place(levels, at, "from"), from)
		list = append(list, verno.Level{ID: id, Name: name, From: r.money(place(levels, at, "from"))})
	}
	return list
}

// classes are what the programme bars beyond the law.
func (r *reading) classes(was *verno.Programme) []verno.ClassTerms {
	var list []verno.ClassTerms
	for _, class := range verno.GoodsClasses {
		law, own := verno.Barred(class), verno.ClassTerms{Class: class}
		at := slices.IndexFunc(was.Classes, func(c verno.ClassTerms) bool { return c.Class == class })
		for _, b := range bars {
			if *b.of(&law) {
				*b.of(&own) = at >= 0 && *b.of(&was.Classes[at])
			} else {
				*b.of(&own) = r.on("class/" + string(class) + "/" + b.name)
			}
		}
		if own != (verno.ClassTerms{Class: class}) {
			list = append(list, own)
		}
	}
	return list
}
