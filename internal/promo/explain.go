package promo

import (
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// reason is why a promotion did or did not apply, before it is written down: its code in the catalogue and what the
// code's parameters may need.
type reason struct {
	code   string
	amount money.Amount
	need   money.Amount
	gain   money.Amount
	points money.Points
	wanted money.Points
	count  int64
	of     int64
	by     *promotion
	class  verno.GoodsClass
	text   string
}

// praise says what an accepted draft gives.
func (s *sale) praise(p *promotion, d *draft) reason {
	why := reason{amount: d.discount, points: d.points, wanted: d.wanted, count: d.stamps}
	switch {
	case d.used > 0 && d.discount > 0:
		why.code, why.of = "card_full_discount", d.used
	case d.used > 0:
		why.code, why.of = "card_full_points", d.used
	case d.stamps > 0:
		why.code, why.count = "stamps_given", d.stamps
	case d.cashback > 0:
		why.code, why.amount, why.need = "cashback_given", d.cashback, money.Amount(d.wanted)
		if d.wanted > 0 {
			why.code = "cashback_cut"
		}
	case d.wanted > 0:
		why.code = "points_cut"
	case d.points > 0:
		why.code = "points_given"
	default:
		why.code = "discount_given"
	}
	var losers []string
	if p.group >= 0 {
		for _, at := range s.rules.groups[p.group] {
			if s.said[at].code == "beaten_in_group" {
				losers = append(losers, s.rules.list[at].Name)
			}
		}
	}
	if losers != nil {
		why.code += bestSuffix
		why.text = strings.Join(losers, ", ")
	}
	return why
}

// explanations writes down what became of every promotion, in the order of evaluation, and last of the points that were
// to be spent, under no promotion.
func (s *sale) explanations() {
	for i, p := range s.rules.list {
		why := s.said[i]
		if why.code == "" {
			why = s.absent(p)
		}
		s.explained(p.ID, s.applied[i], why)
	}
	for _, p := range s.rules.idle {
		s.explained(p.ID, false, reason{code: "inactive"})
	}
	if s.spent.why.code != "" {
		s.explained(verno.PromotionID{}, false, s.spent.why)
	}
}

// absent says why the index did not find a promotion.
func (s *sale) absent(p *promotion) reason {
	x, at := &s.rules.index, &s.in.Moment
	here := make(set, x.words)
	here.add(p.at)
	if (p.turn.apart() || s.occasion.apart()) && p.turn != s.occasion {
		return reason{code: "other_occasion"}
	}
	sched := &p.Schedule
	switch {
	case sched.From != nil && at.At.Before(*sched.From):
		return reason{code: "not_yet", text: sched.From.In(at.At.Location()).Format("2006-01-02 15:04")}
	case sched.Until != nil && !at.At.Before(*sched.Until):
		return reason{code: "over", text: sched.Until.In(at.At.Location()).Format("2006-01-02 15:04")}
	}
	if x.when(here, at); !here.has(p.at) {
		if len(sched.Stores) > 0 && !x.stores[at.Store].holds(p.at) {
			return reason{code: "wrong_store"}
		}
		return reason{code: "not_in_schedule"}
	}
	m := s.in.Member
	switch {
	case m == nil && !p.Audience.Anonymous:
		return reason{code: "members_only"}
	case m != nil && len(p.Audience.Levels) > 0 && !x.levels[m.Level].holds(p.at):
		return reason{code: "wrong_level", text: strings.Join(s.rules.levelNames(p.Audience.Levels), ", ")}
	}
	if x.who(here, m); !here.has(p.at) {
		return reason{code: "wrong_tag", text: strings.Join(p.Audience.Tags, ", ")}
	}
	return reason{code: "no_matching_goods"}
}

// holds is has for a set that may be nil or too short.
func (s set) holds(i int) bool { return i>>6 < len(s) && s.has(i) }

func (r *Rules) levelNames(ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id
		for _, l := range r.version.Programme.Levels.Levels {
			if l.ID == id {
				names[i] = l.Name
			}
		}
	}
	return names
}

func (s *sale) explained(id verno.PromotionID, applied bool, why reason) {
	text := texts[why.code]
	e := verno.Explanation{Promotion: id, Applied: applied, Code: why.code}
	if len(text.Params) > 0 {
		e.Params = make(map[string]string, len(text.Params))
	}
	for _, name := range text.Params {
		e.Params[name] = s.param(name, &why)
	}
	s.out.Explained = append(s.out.Explained, e)
}

// param writes a parameter: money in major units with a point, points with the programme's places.
func (s *sale) param(name string, why *reason) string {
	programme := &s.rules.version.Programme
	switch name {
	case "amount":
		return programme.Currency.Format(why.amount)
	case "need":
		return programme.Currency.Format(why.need)
	case "points":
		return why.points.Format(programme.Points.Scale)
	case "wanted":
		return why.wanted.Format(programme.Points.Scale)
	case "count":
		return strconv.FormatInt(why.count, 10)
	case "of":
		return strconv.FormatInt(why.of, 10)
	case "by":
		return why.by.Name
	case "class":
		return string(why.class)
	default:
		return why.text
	}
}
