package promo

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/expr-lang/expr/vm"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Rules are a compiled version of a programme. They are safe for use by many goroutines and never change.
type Rules struct {
	version *verno.Version
	list    []*promotion // active ones, in the order of evaluation
	idle    []*promotion // inactive ones, for explanations only
	byID    map[verno.PromotionID]*promotion
	classes map[verno.GoodsClass]verno.ClassTerms
	worth   money.Ratio // money for a point, in lowest terms
	groups  [][]int     // places in list of the members of each group
	index   index
	split   int // the first place in list that has its turn after the spending of points
	sales   sync.Pool
}

// promotion is a compiled promotion.
type promotion struct {
	*verno.Promotion
	at        int // place in Rules.list
	kind      *kind
	rule      rule
	turn      turn
	group     int // place in Rules.groups, −1 for none
	hours     []span
	condition *vm.Program
	words     []string // of coupons that the condition asks for
}

// Compile makes the rules of a version, or says all that is wrong with it and returns nil rules. It keeps the version,
// which must not change afterwards.
func Compile(v *verno.Version) (*Rules, []Problem) {
	c := &check{programme: &v.Programme}
	c.checkProgramme()
	promotions := c.promotions(v.Promotions)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	value := v.Programme.Points.Value
	g := gcd(value.Num, value.Den)
	r := &Rules{
		version: v,
		byID:    make(map[verno.PromotionID]*promotion, len(promotions)),
		classes: make(map[verno.GoodsClass]verno.ClassTerms, len(verno.GoodsClasses)+1),
		worth:   money.Ratio{Num: money.MulDiv(value.Num, 1, g, money.Down), Den: money.MulDiv(value.Den, 1, g, money.Down)},
	}
	for _, class := range append([]verno.GoodsClass{""}, verno.GoodsClasses...) {
		r.classes[class] = v.Programme.Terms(class)
	}
	r.order(promotions)
	r.index = indexOf(r.list)
	r.sales.New = func() any { return newSale(r) }
	return r, nil
}

// Validate is Compile without use: all that is wrong with a version, nil where nothing is.
func Validate(v *verno.Version) []Problem {
	c := &check{programme: &v.Programme}
	c.checkProgramme()
	c.promotions(v.Promotions)
	return c.problems
}

// order puts the active promotions into the order of evaluation and gathers their groups.
func (r *Rules) order(promotions []*promotion) {
	for _, p := range promotions {
		r.byID[p.ID] = p
		if p.Active {
			r.list = append(r.list, p)
		} else {
			r.idle = append(r.idle, p)
		}
	}
	slices.SortFunc(r.list, func(a, b *promotion) int {
		return cmp.Or(cmp.Compare(a.turn, b.turn), before(a, b))
	})
	r.split = len(r.list)
	groups := map[string]int{}
	for i, p := range r.list {
		p.at, p.group = i, -1
		if p.turn > discounting && i < r.split {
			r.split = i
		}
		if p.Group == "" {
			continue
		}
		g, known := groups[p.Group]
		if !known {
			g = len(r.groups)
			groups[p.Group] = g
			r.groups = append(r.groups, nil)
		}
		p.group = g
		r.groups[g] = append(r.groups[g], i)
	}
}

// before orders promotions by priority, then by identifier.
func before(a, b *promotion) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), slices.Compare(a.ID[:], b.ID[:]))
}

// Programme is the terms that the rules were compiled from.
func (r *Rules) Programme() *verno.Programme { return &r.version.Programme }

// Version is the version that the rules were compiled from.
func (r *Rules) Version() *verno.Version { return r.version }

// Promotion is a promotion of the version, active or not; nil where there is none.
func (r *Rules) Promotion(id verno.PromotionID) *verno.Promotion {
	if p := r.byID[id]; p != nil {
		return p.Promotion
	}
	return nil
}

// StampPromotions lists the promotions that give stamps, active or not: each has a unit of its own.
func (r *Rules) StampPromotions() []verno.PromotionID {
	var ids []verno.PromotionID
	for i := range r.version.Promotions {
		if p := r.byID[r.version.Promotions[i].ID]; p.kind.stamps {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// Remembered lists the promotions whose uses by each member the rules ask for in a sale.
func (r *Rules) Remembered() []verno.PromotionID {
	var ids []verno.PromotionID
	for i := range r.version.Promotions {
		p := r.byID[r.version.Promotions[i].ID]
		_, birthday := p.rule.(*birthdayBonus)
		once := p.kind.once && !p.turn.apart()
		if once || birthday || p.Limits.PerMember > 0 || p.Limits.PerMemberDay > 0 {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// OfCoupon lists the active promotions whose condition asks for a coupon of a word, in the order of evaluation.
func (r *Rules) OfCoupon(word string) []verno.PromotionID {
	var ids []verno.PromotionID
	for _, p := range r.list {
		if slices.Contains(p.words, word) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// AsksCard reports whether any active promotion depends on which card was shown.
func (r *Rules) AsksCard() bool {
	return slices.ContainsFunc(r.list, func(p *promotion) bool {
		_, ok := p.rule.(*cardDiscount)
		return ok || strings.Contains(p.Condition, "card")
	})
}

// AsksPoints reports whether any active promotion depends on the points that the member has.
func (r *Rules) AsksPoints() bool { return slices.ContainsFunc(r.list, (*promotion).asksPoints) }

// NeedsBirthday reports whether any active promotion depends on the member's day of birth.
func (r *Rules) NeedsBirthday() bool {
	return slices.ContainsFunc(r.list, func(p *promotion) bool {
		_, ok := p.rule.(*birthdayBonus)
		return ok
	})
}

// BirthdayWindows lists the active birthday promotions whose window is open on the day of a moment, given in the store's
// zone. Whoever was born on 29 February has the birthday on the 28th in years without that day. It returns nil for a
// day that no year has.
func (r *Rules) BirthdayWindows(birthMonth, birthDay int, at time.Time) []verno.PromotionID {
	if born := time.Date(2024, time.Month(birthMonth), birthDay, 0, 0, 0, 0, time.UTC); birthMonth < 1 ||
		birthMonth > 12 || born.Day() != birthDay {
		return nil
	}
	var open []verno.PromotionID
	for _, p := range r.list {
		if t, ok := p.rule.(*birthdayBonus); ok && t.covers(time.Month(birthMonth), birthDay, at) {
			open = append(open, p.ID)
		}
	}
	return open
}
