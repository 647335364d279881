package desk

import (
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// says is what a promotion does in one sentence, and in a second one for which goods, when and for whom.
func (t *teller) says(p *verno.Promotion) (what, bounds string) {
	s := said{t, settingsOf(p.Settings)}
	if say, ok := sentences[p.Type]; ok {
		what = say(s)
	} else {
		what = t.Say("desk.kind." + p.Type + ".name")
	}
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	add(shortList(append(append([]string{}, p.Goods.Categories...), p.Goods.SKUs...)))
	if p.MinBasket > 0 {
		add(t.Say("desk.says.from", "Sum", t.money(p.MinBasket)))
	}
	add(t.weekdays(p.Schedule.Weekdays))
	add(hours(p.Schedule.Hours))
	add(shortList(t.shopNames(p.Schedule.Stores)))
	if len(p.Audience.Levels) > 0 {
		add(t.Say("desk.says.levels", "Levels", t.levelNames(p.Audience.Levels)))
	}
	if len(p.Audience.Tags) > 0 {
		add(t.Say("desk.says.tags", "Tags", strings.Join(p.Audience.Tags, ", ")))
	}
	if p.Audience.MinPoints > 0 {
		add(t.Say("desk.says.min_points", "Points", t.Points(p.Audience.MinPoints, t.of.Points.Scale)))
	}
	add(t.dates(&p.Schedule))
	return what, strings.Join(parts, " ·\u00a0")
}

// shortList is the beginning of a list, and how many more there are.
func shortList(list []string) string {
	const most = 3
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:most], ", ") + " +" + strconv.Itoa(len(list)-most)
}

// said are the settings of a promotion that is to be put into a sentence.
type said struct {
	*teller

	settings map[string]any
}

func (s said) has(name string) bool    { return prune(s.settings[name]) != nil }
func (s said) text(name string) string { return textOf(s.settings[name]) }

func (s said) number(name string) int64 {
	n, err := strconv.ParseInt(s.text(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (s said) sum(name string) string { return s.money(money.Amount(s.number(name))) }

func (s said) earned() string { return s.points(money.Points(s.number("points"))) }

func (s said) share(name string) string {
	p, err := money.ParsePercent(s.text(name))
	if err != nil {
		return s.text(name)
	}
	return s.Percent(p)
}

// sentences say what a promotion of each type does. A type without one is called by its name.
var sentences = map[string]func(said) string{
	"percent_discount": func(s said) string {
		if s.has("max") {
			return s.Say("desk.says.percent_max", "Percent", s.share("percent"), "Max", s.sum("max"))
		}
		return s.Say("desk.says.percent", "Percent", s.share("percent"))
	},
	"card_discount": func(s said) string { return s.Say("desk.says.card") },
	"fixed_discount": func(s said) string {
		on := s.text("on")
		if on == "" {
			on = "goods"
		}
		return s.Say("desk.says.fixed."+on, "Sum", s.sum("amount"))
	},
	"special_price": func(s said) string { return s.Say("desk.says.price", "Sum", s.sum("price")) },
	"buy_n_get_cheapest": func(s said) string {
		get := max(s.number("get"), 1)
		if s.has("percent") && s.text("percent") != "100" {
			return s.Count("desk.says.buy_cheaper", get, "Buy", s.number("buy"), "Percent", s.share("percent"))
		}
		return s.Count("desk.says.buy_free", get, "Buy", s.number("buy"))
	},
	"points_by_amount": sayPoints,
	"points_by_quantity": func(s said) string {
		return s.Count("desk.says.quantity", max(s.number("step"), 1), "Points", s.earned())
	},
	"points_multiplier": sayBoost,
	"cashback": func(s said) string {
		if s.has("max") {
			return s.Say("desk.says.cashback_max", "Percent", s.share("percent"), "Max", s.sum("max"))
		}
		return s.Say("desk.says.cashback", "Percent", s.share("percent"))
	},
	"stamps": func(s said) string {
		reward := s.earned()
		if s.text("reward") == "piece" {
			reward = s.Say("desk.says.free_piece")
			if s.has("percent") && s.text("percent") != "100" {
				reward = s.Say("desk.says.cheap_piece", "Percent", s.share("percent"))
			}
		}
		return s.Say("desk.says.stamps", "Stamps", s.Count("desk.stamps", s.number("needed")), "Reward", reward)
	},
	"welcome_bonus": func(s said) string {
		switch s.text("when") {
		case "first_purchase":
			return s.Say("desk.says.welcome_first", "Points", s.earned())
		case "move":
			return s.Say("desk.says.welcome_move", "Points", s.earned())
		default:
			return s.Say("desk.says.welcome", "Points", s.earned())
		}
	},
	"birthday_bonus": func(s said) string {
		if s.has("points") {
			return s.Say("desk.says.birthday", "Present", s.earned())
		}
		return s.Say("desk.says.birthday", "Present", sayBoost(s))
	},
}

func sayBoost(s said) string {
	if s.has("times") {
		return s.Count("desk.says.times", s.number("times"))
	}
	return s.Say("desk.says.extra", "Percent", s.share("extra"))
}

func sayPoints(s said) string {
	rate := func(s said) string {
		if s.has("percent") {
			return s.Say("desk.says.back", "Percent", s.share("percent"))
		}
		return s.Say("desk.says.step", "Points", s.earned(), "Step", s.sum("step"))
	}
	list, _ := s.settings["thresholds"].([]any)
	if len(list) == 0 {
		return rate(s)
	}
	var rows []string
	for _, item := range list {
		settings, _ := item.(map[string]any)
		row := said{s.teller, settings}
		rows = append(rows, row.Say("desk.says.threshold", "From", row.sum("from"), "Rate", rate(row)))
	}
	return strings.Join(rows, "; ")
}
