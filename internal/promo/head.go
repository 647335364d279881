package promo

import (
	"slices"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// promotions checks and compiles each promotion; the result is of use only where no problem was found.
func (c *check) promotions(list []verno.Promotion) []*promotion {
	if len(list) > MaxPromotions {
		c.say("/promotions", "too_many", "max", strconv.Itoa(MaxPromotions))
		return nil
	}
	seen := map[verno.PromotionID]bool{}
	compiled := make([]*promotion, 0, len(list))
	for i := range list {
		c.promotion = list[i].ID
		if list[i].ID.IsZero() {
			c.say("/id", "required")
		} else if seen[list[i].ID] {
			c.say("/id", "duplicate")
		}
		seen[list[i].ID] = true
		if p := c.compile(&list[i]); p != nil {
			compiled = append(compiled, p)
		}
	}
	c.promotion = verno.PromotionID{}
	return compiled
}

// compile checks one promotion. It returns nil where the type is not known.
func (c *check) compile(v *verno.Promotion) *promotion {
	c.text("/name", v.Name, maxName, true)
	c.number("/priority", int64(v.Priority), -maxPriority, maxPriority)
	c.text("/group", v.Group, maxShort, false)
	c.number("/min_basket", int64(v.MinBasket), 0, int64(money.MaxAmount))
	c.checkAudience(&v.Audience)
	c.checkGoods(&v.Goods)
	c.checkLimits(&v.Limits)
	p := &promotion{Promotion: v, kind: kindNamed(v.Type)}
	p.hours = c.checkSchedule(&v.Schedule)
	c.words = nil
	p.condition = c.checkCondition(v.Condition)
	p.words = c.words
	if p.kind == nil {
		c.say("/type", "not_one_of", "values", joined(kindNames()))
		return nil
	}
	if p.kind.members && v.Audience.Anonymous {
		c.say("/audience/anonymous", "members_only_type")
	}
	if v.Exclusive && !p.kind.lowers {
		c.say("/exclusive", "exclusive_discount")
	}
	p.rule = p.kind.make()
	found := len(c.problems)
	c.settings(v.Settings, p.rule)
	if len(c.problems) == found {
		p.rule.validate(c)
		p.turn = p.rule.turn()
	}
	return p
}

func (c *check) checkAudience(a *verno.Audience) {
	c.texts("/audience/levels", a.Levels, maxLevels, maxShort)
	c.texts("/audience/tags", a.Tags, maxAudience, maxShort)
	c.number("/audience/min_points", int64(a.MinPoints), 0, int64(money.MaxPoints))
	for i, id := range a.Levels {
		if i == maxLevels {
			break
		}
		if !slices.ContainsFunc(c.programme.Levels.Levels, func(l verno.Level) bool { return l.ID == id }) {
			c.say("/audience/levels/"+strconv.Itoa(i), "unknown_level")
		}
	}
}

func (c *check) checkGoods(g *verno.Goods) {
	c.categories("/goods/categories", g.Categories)
	c.categories("/goods/except_categories", g.ExceptCategories)
	c.texts("/goods/skus", g.SKUs, maxSKUs, verno.MaxTextLength)
	c.texts("/goods/except_skus", g.ExceptSKUs, maxSKUs, verno.MaxTextLength)
}

// categories sees that each is a path without empty steps, as such would match nothing.
func (c *check) categories(pointer string, list []string) {
	c.texts(pointer, list, maxCategories, verno.MaxTextLength)
	for i, s := range list {
		if i < maxCategories && s != "" && slices.Contains(strings.Split(s, "/"), "") {
			c.say(pointer+"/"+strconv.Itoa(i), "bad_category")
		}
	}
}

func (c *check) checkLimits(l *verno.Limits) {
	c.number("/limits/per_member", l.PerMember, 0, maxUses)
	c.number("/limits/per_member_day", l.PerMemberDay, 0, maxUses)
	c.number("/limits/total", l.Total, 0, maxUses)
	c.number("/limits/budget", l.Budget, 0, maxUses)
}

func kindNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

func joined(list []string) string { return strings.Join(list, ", ") }
