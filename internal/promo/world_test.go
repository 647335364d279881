package promo_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// settingsOf are settings of each type from which the random programmes draw.
var settingsOf = map[string][]string{
	"percent_discount": {
		`{"percent":"10"}`, `{"percent":"33.33","per":"receipt","max":777}`, `{"percent":"7","of":"gross","rounding":"up"}`,
		`{"percent":"100"}`,
	},
	"fixed_discount": {
		`{"amount":999}`, `{"amount":333,"on":"unit","max":1000}`, `{"amount":50,"on":"line"}`, `{"amount":12345,"on":"basket"}`,
	},
	"special_price":      {`{"price":4990}`, `{"price":12345,"max":700}`, `{"price":1}`},
	"buy_n_get_cheapest": {`{"buy":2}`, `{"buy":1,"get":2,"percent":"33.33"}`, `{"buy":1,"percent":"50","max_sets":2}`},
	"points_by_amount": {
		`{"points":1,"step":1000}`, `{"percent":"1.5","base":"net","rounding":"half_up","per":"line"}`,
		`{"thresholds":[{"from":10000,"points":3,"step":777},{"from":50000,"percent":"5"}],"base":"gross"}`,
	},
	"points_by_quantity": {`{"points":3}`, `{"points":7,"step":2,"per":"line","max":30}`, `{"points":1,"base":"all","expires_days":9}`},
	"cashback":           {`{"percent":"3"}`, `{"percent":"33.33","max":777,"expires_days":30}`, `{"percent":"0.01","pending_seconds":60}`},
	"points_multiplier":  {`{"times":3}`, `{"extra":"12.5"}`},
	"stamps": {
		`{"needed":3,"reward":"piece"}`, `{"needed":5,"reward":"points","points":50,"per":"amount","step":5000}`,
		`{"needed":2,"reward":"piece","percent":"50","per":"receipt","max_rewards":1}`,
	},
	"welcome_bonus":  {`{"points":100,"when":"first_purchase"}`, `{"points":100}`, `{"points":100,"when":"move"}`},
	"birthday_bonus": {`{"points":70,"days_before":3}`, `{"times":2}`},
}

// world is a random programme with a random sale in it.
type world struct {
	programme  verno.Programme
	promotions []verno.Promotion
	in         promo.Input
}

var (
	someSKUs       = []string{"a", "b", "c", "d", "e"}
	someCategories = []string{"", "food", "food/dairy", "food/dairy/milk", "toys", "toys/soft"}
	someLevels     = []string{"base", "silver", "gold"}
	someTags       = []string{"vip", "staff"}
	someConditions = []string{
		"", "", "basket.sum > 20000", "has('a')", "category('food') and not category('toys')", "member.tags[1] == 'vip'",
		"member.purchases == 0", "time.weekday in [1, 2]",
	}
	someHours = []verno.Hours{{From: "09:00", Until: "13:00"}, {From: "22:00", Until: "03:00"}}
)

func pick[T any](t *rapid.T, from []T) T { return rapid.SampledFrom(from).Draw(t, "one") }

func some[T comparable](t *rapid.T, from []T) []T {
	if rapid.IntRange(0, 2).Draw(t, "none") > 0 {
		return nil
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 1, 2, func(v T) T { return v }).Draw(t, "some")
}

func drawPromotion(t *rapid.T, n int) verno.Promotion {
	kind := pick(t, []string{
		"percent_discount", "fixed_discount", "special_price", "buy_n_get_cheapest", "points_by_amount",
		"points_by_quantity", "points_multiplier", "stamps", "welcome_bonus", "birthday_bonus", "cashback",
	})
	p := active(n, fmt.Sprint("P", n), kind, pick(t, settingsOf[kind]))
	lowers := slices.Contains([]string{"percent_discount", "fixed_discount", "special_price", "buy_n_get_cheapest"}, kind)
	p.Active = rapid.IntRange(0, 9).Draw(t, "active") > 0
	p.Priority = rapid.IntRange(0, 2).Draw(t, "priority")
	p.Exclusive = lowers && rapid.IntRange(0, 3).Draw(t, "exclusive") == 0
	p.Group = pick(t, []string{"", "", "", "g", "h"})
	p.Audience = verno.Audience{
		Anonymous: lowers && rapid.Bool().Draw(t, "anonymous"), Levels: some(t, someLevels), Tags: some(t, someTags),
	}
	p.Goods = verno.Goods{
		Categories: some(t, someCategories[1:]), SKUs: some(t, someSKUs), ExceptCategories: some(t, someCategories[1:]),
		ExceptSKUs: some(t, someSKUs),
	}
	p.Schedule = verno.Schedule{
		Weekdays: some(t, []int{1, 2, 3, 4, 5, 6, 7}), Hours: some(t, someHours), Stores: some(t, []verno.StoreID{{1}, {2}}),
	}
	if rapid.IntRange(0, 3).Draw(t, "dated") == 0 {
		from := monday.AddDate(0, 0, rapid.IntRange(-2, 1).Draw(t, "from"))
		until := from.AddDate(0, 0, rapid.IntRange(1, 3).Draw(t, "until"))
		p.Schedule.From, p.Schedule.Until = &from, &until
	}
	p.MinBasket = money.Amount(rapid.SampledFrom([]int{0, 0, 5000, 50000}).Draw(t, "min basket"))
	p.Limits = verno.Limits{
		PerMember:    rapid.Int64Range(0, 3).Draw(t, "per member"),
		PerMemberDay: rapid.Int64Range(0, 2).Draw(t, "per day"),
		Total:        rapid.Int64Range(0, 1).Draw(t, "total"),
		Budget:       rapid.SampledFrom([]int64{0, 0, 100_000}).Draw(t, "budget"),
	}
	p.Condition = pick(t, someConditions)
	return p
}

func drawLine(t *rapid.T, n int) verno.Line {
	q := money.Quantity(rapid.SampledFrom([]int64{1000, 1000, 2000, 3000, 7000, 345, 2500}).Draw(t, "quantity"))
	l := line(pick(t, someSKUs), pick(t, someCategories), money.Amount(rapid.Int64Range(0, 30000).Draw(t, "price")), q)
	l.ID = fmt.Sprint("line ", n)
	l.Class = pick(t, append([]verno.GoodsClass{"", "", "", ""}, verno.GoodsClasses...))
	l.Fixed = rapid.IntRange(0, 5).Draw(t, "fixed") == 0
	if rapid.IntRange(0, 3).Draw(t, "has least") == 0 {
		l.MinPrice = money.Amount(rapid.Int64Range(0, 20000).Draw(t, "least"))
	}
	return l
}

func drawWorld(t *rapid.T) world {
	w := world{programme: programme()}
	terms := &w.programme.Points
	terms.Value = pick(t, []money.Ratio{{Num: 100, Den: 1}, {Num: 1, Den: 1}, {Num: 7, Den: 2}, {Num: 4, Den: 6}})
	terms.MaxShare = pick(t, []money.Percent{money.Full, 3000, 0})
	terms.MaxShareLine = pick(t, []money.Percent{money.Full, 5000, 99})
	terms.MinSpend = money.Points(rapid.SampledFrom([]int{0, 0, 50}).Draw(t, "min spend"))
	terms.Rounding = pick(t, []money.Rounding{money.Down, money.Up, money.HalfEven, money.HalfUp})
	w.programme.Classes = []verno.ClassTerms{{Class: verno.ClassAlcohol, NoEarn: true, NoRedeem: rapid.Bool().Draw(t, "wine")}}
	for n := range rapid.IntRange(0, 12).Draw(t, "promotions") {
		w.promotions = append(w.promotions, drawPromotion(t, n+1))
	}
	b := basketOf()
	for n := range rapid.IntRange(0, 8).Draw(t, "lines") {
		b.Lines = append(b.Lines, drawLine(t, n))
	}
	at := monday.Add(time.Duration(rapid.IntRange(-3*24*60, 6*24*60).Draw(t, "minutes")) * time.Minute)
	w.in = promo.Input{
		Basket: b, Moment: verno.Moment{At: at, Store: verno.StoreID{byte(rapid.IntRange(1, 3).Draw(t, "store"))}},
		Spend: money.Points(rapid.SampledFrom([]int{0, -1, 1, 77, 5000}).Draw(t, "spend")),
	}
	if left := rapid.Int64Range(-1, 50_000).Draw(t, "left"); left >= 0 {
		w.in.Left = func(verno.PromotionID) promo.Left { return promo.Left{Count: left % 3, Budget: left} }
	}
	if rapid.Bool().Draw(t, "has cashback") {
		w.in.Cashback = money.Amount(rapid.Int64Range(0, 50_000).Draw(t, "cashback"))
		w.in.StoredMoney = w.in.Cashback
	}
	if rapid.IntRange(0, 4).Draw(t, "member") > 0 {
		w.in.Member = drawMember(t, len(w.promotions))
	}
	return w
}

func drawMember(t *rapid.T, promotions int) *verno.MemberFacts {
	m := &verno.MemberFacts{
		Level: pick(t, append(someLevels, "")), Tags: some(t, someTags), Purchases: rapid.Int64Range(0, 2).Draw(t, "purchases"),
		Balance: money.Points(rapid.Int64Range(-100, 3000).Draw(t, "balance")), Stamps: map[verno.PromotionID]int64{},
		Usage: map[verno.PromotionID]verno.Usage{},
	}
	m.SpendCap = min(m.Balance, money.Points(rapid.Int64Range(0, 3000).Draw(t, "cap")))
	for n := 1; n <= promotions; n++ {
		m.Stamps[id(n)] = rapid.Int64Range(-1, 4).Draw(t, "stamps")
		if rapid.IntRange(0, 3).Draw(t, "used") == 0 {
			m.Usage[id(n)] = verno.Usage{Total: 2, Day: 20260302, Today: 1}
		}
		if rapid.Bool().Draw(t, "birthday") {
			m.Birthday = append(m.Birthday, id(n))
		}
	}
	return m
}

func (w *world) compile(t *rapid.T) *promo.Rules {
	r, problems := promo.Compile(&verno.Version{Programme: w.programme, Promotions: w.promotions})
	if problems != nil {
		t.Fatalf("problems: %+v", problems)
	}
	return r
}
