package promo

import (
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// expiryKinds are the ways in which points may lapse.
var expiryKinds = []string{"never", "after_days", "after_months", "end_of_year", "on_date"}

// MaxWindowMonths is the longest window of months over which spend counts towards a level.
const MaxWindowMonths = 36

// checkProgramme looks at the terms that the rules count with.
func (c *check) checkProgramme() {
	p := c.programme
	c.text("/name", p.Name, maxName, true)
	if !p.Currency.Valid() {
		c.say("/currency", "bad_value")
	}
	c.checkPoints(&p.Points)
	c.checkLevels(&p.Levels)
	c.checkClasses(p.Classes)
	c.number("/paid_in/top_up", int64(p.PaidIn.TopUp), 0, int64(money.MaxAmount))
	c.number("/paid_in/certificate", int64(p.PaidIn.Certificate), 0, int64(money.MaxAmount))
}

func (c *check) checkPoints(t *verno.PointsTerms) {
	c.number("/points/scale", int64(t.Scale), 0, 3)
	if !t.Value.Valid() {
		c.say("/points/value", "bad_ratio")
	}
	c.share("/points/max_share", t.MaxShare)
	c.share("/points/max_share_line", t.MaxShareLine)
	c.number("/points/min_spend", int64(t.MinSpend), 0, int64(money.MaxPoints))
	c.number("/points/static_daily", int64(t.StaticDaily), 0, int64(money.MaxPoints))
	c.number("/points/pending_seconds", t.PendingSecond, 0, maxPending)
	if t.Rounding > money.Up {
		c.say("/points/rounding", "bad_value")
	}
	e := t.Expiry
	if !slices.Contains(expiryKinds, e.Kind) {
		c.say("/points/expiry/kind", "not_one_of", "values", joined(expiryKinds))
	}
	least := int64(0)
	if e.Kind == "after_days" || e.Kind == "after_months" {
		least = 1
	}
	c.number("/points/expiry/number", int64(e.Number), least, maxExpiry)
	c.number("/points/expiry/grace", int64(e.Grace), 0, maxGrace)
	if _, err := time.Parse(time.DateOnly, e.Date); err != nil && (e.Kind == "on_date" || e.Date != "") {
		c.say("/points/expiry/date", "bad_date")
	}
}

// share sees that a percent is a part of something.
func (c *check) share(pointer string, p money.Percent) {
	if p < 0 || p > money.Full {
		c.say(pointer, "out_of_range", "min", "0", "max", "100")
	}
}

func (c *check) checkLevels(t *verno.LevelTerms) {
	c.number("/levels/window_months", int64(t.WindowMonths), 0, MaxWindowMonths)
	if len(t.Levels) > maxLevels {
		c.say("/levels/levels", "too_many", "max", strconv.Itoa(maxLevels))
		return
	}
	seen := map[string]bool{}
	for i, l := range t.Levels {
		at := "/levels/levels/" + strconv.Itoa(i)
		c.text(at+"/id", l.ID, maxShort, true)
		c.text(at+"/name", l.Name, maxName, true)
		if seen[l.ID] {
			c.say(at+"/id", "duplicate")
		}
		seen[l.ID] = true
		c.number(at+"/from", int64(l.From), 0, int64(money.MaxAmount))
		if i > 0 && l.From <= t.Levels[i-1].From {
			c.say(at+"/from", "not_rising")
		}
	}
}

func (c *check) checkClasses(classes []verno.ClassTerms) {
	seen := map[verno.GoodsClass]bool{}
	for i, t := range classes {
		at := "/goods_classes/" + strconv.Itoa(i) + "/class"
		switch {
		case !t.Class.Valid() || t.Class == "":
			c.say(at, "bad_value")
		case seen[t.Class]:
			c.say(at, "duplicate")
		}
		seen[t.Class] = true
		if i == len(verno.GoodsClasses) {
			c.say("/goods_classes", "too_many", "max", strconv.Itoa(len(verno.GoodsClasses)))
			return
		}
	}
}
