package promo_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// found lists the problems of a version as pointer and code.
func found(v *verno.Version) []string {
	var list []string
	for _, p := range promo.Validate(v) {
		list = append(list, p.Pointer+" "+p.Code)
	}
	return list
}

// TestHostileSettings: whatever is written into settings is refused with a pointer, and never read as something else.
func TestHostileSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, settings, want string }{
		{"percent_discount", ``, "/settings/percent required"},
		{"percent_discount", `null`, "/settings wrong_type"},
		{"percent_discount", `[]`, "/settings wrong_type"},
		{"percent_discount", `{"percent":"10"`, "/settings bad_json"},
		{"percent_discount", `{"percent":"10"} {}`, "/settings bad_json"},
		{"percent_discount", `{"percent":"10","percent":"20"}`, "/settings/percent duplicate"},
		{"percent_discount", `{"PERCENT":"10"}`, "/settings/PERCENT unknown_field"},
		{"percent_discount", `{"percent":"10","a/b~c":{"d":[1,{"e":2}]}}`, "/settings/a~1b~0c unknown_field"},
		{"percent_discount", `{"percent":10}`, "/settings/percent wrong_type"},
		{"percent_discount", `{"percent":null}`, "/settings/percent wrong_type"},
		{"points_by_amount", `{"percent":"5","rounding":null}`, "/settings/rounding wrong_type"},
		{"points_by_amount", `{"percent":"5","pending_seconds":null}`, "/settings/pending_seconds wrong_type"},
		{"percent_discount", `{"percent":""}`, "/settings/percent bad_value"},
		{"percent_discount", `{"percent":"1,0"}`, "/settings/percent bad_value"},
		{"percent_discount", `{"percent":"١٢"}`, "/settings/percent bad_value"},
		{"percent_discount", `{"percent":"NaN"}`, "/settings/percent bad_value"},
		{"percent_discount", `{"percent":"1e1"}`, "/settings/percent bad_value"},
		{"percent_discount", `{"percent":"-10"}`, "/settings/percent out_of_range"},
		{"percent_discount", `{"percent":"100.01"}`, "/settings/percent out_of_range"},
		{"percent_discount", `{"percent":"0"}`, "/settings/percent out_of_range"},
		{"percent_discount", `{"percent":"10","rounding":"sideways"}`, "/settings/rounding bad_value"},
		{"fixed_discount", `{"amount":1e308}`, "/settings/amount wrong_type"},
		{"fixed_discount", `{"amount":1.0}`, "/settings/amount wrong_type"},
		{"fixed_discount", `{"amount":-0}`, "/settings/amount wrong_type"},
		{"fixed_discount", `{"amount":0}`, "/settings/amount out_of_range"},
		{"fixed_discount", `{"amount":9999999999999999999}`, "/settings/amount out_of_range"},
		{"fixed_discount", `{"amount":"100"}`, "/settings/amount wrong_type"},
		{"fixed_discount", `{"amount":true}`, "/settings/amount wrong_type"},
		{"fixed_discount", `{"amount":100,"max":99}`, "/settings/max below"},
		{"special_price", `{}`, "/settings/price required"},
		{"special_price", `{"price":0}`, "/settings/price out_of_range"},
		{"welcome_bonus", `{"points":1,"until_first":"yes"}`, "/settings/until_first wrong_type"},
		{"points_by_amount", `{"thresholds":[]}`, "/settings/thresholds required"},
		{"points_by_amount", `{"thresholds":[5]}`, "/settings/thresholds/0 wrong_type"},
		{"points_by_amount", `{"thresholds":` + rows(51) + `}`, "/settings/thresholds too_many"},
		{"points_by_amount", `{"points":1}`, "/settings/step required"},
		{"points_by_amount", `{"percent":"1","step":5}`, "/settings/percent one_of"},
		{"points_by_amount", `{"percent":"1","expires_days":40000}`, "/settings/expires_days out_of_range"},
		{"points_by_amount", `{"points":1,"step":5,"thresholds":[{"from":1,"percent":"1"}]}`, "/settings/thresholds one_of"},
		{"points_by_amount", `{"thresholds":[{"from":1,"percent":"1"},{"from":1,"percent":"2"}]}`, "/settings/thresholds/1/from not_rising"},
		{"cashback", `{}`, "/settings/percent required"},
		{"cashback", `{"percent":"0"}`, "/settings/percent out_of_range"},
		{"cashback", `{"percent":"101"}`, "/settings/percent out_of_range"},
		{"cashback", `{"percent":"5","max":-1}`, "/settings/max out_of_range"},
		{"points_by_quantity", `{}`, "/settings/points required"},
		{"points_by_quantity", `{"points":1,"step":0}`, "/settings/step out_of_range"},
		{"points_by_quantity", `{"points":1,"step":0.5}`, "/settings/step wrong_type"},
		{"points_multiplier", `{}`, "/settings/times required"},
		{"points_multiplier", `{"times":2,"extra":"5"}`, "/settings/extra one_of"},
		{"stamps", `{"needed":1,"reward":"points"}`, "/settings/points required"},
		{"stamps", `{"needed":1,"reward":"piece","per":"amount"}`, "/settings/step required"},
		{"stamps", `{"needed":1,"reward":"piece","step":5}`, "/settings/step only_with"},
		{"stamps", `{"needed":1,"reward":"piece","points":5}`, "/settings/points only_with"},
		{"birthday_bonus", `{}`, "/settings/points required"},
		{"birthday_bonus", `{"points":5,"times":2}`, "/settings/points one_of"},
		{"no_such_type", `{}`, "/type not_one_of"},
		{"percent_discount", `{"percent":"10","x":"` + strings.Repeat("x", 20_000) + `"}`, "/settings too_long"},
		{"percent_discount", strings.Repeat("[", 9000) + strings.Repeat("]", 9000), "/settings too_long"},
		{"percent_discount", strings.Repeat("[", 8000) + strings.Repeat("]", 8000), "/settings wrong_type"},
	} {
		p := active(1, "P", c.kind, "")
		p.Settings = json.RawMessage(c.settings)
		v := verno.Version{Programme: programme(), Promotions: []verno.Promotion{p}}
		if got := found(&v); !slices.Contains(got, c.want) {
			t.Errorf("%s %.80s: %q, want %q", c.kind, c.settings, got, c.want)
		}
	}
}

func rows(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"from":%d,"percent":"1"}`, i))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// TestHostileHead: the head of a promotion and the terms of the programme are bounded as well.
func TestHostileHead(t *testing.T) {
	t.Parallel()
	now := monday
	for want, change := range map[string]func(v *verno.Version, p *verno.Promotion){
		"/name required":                          func(_ *verno.Version, p *verno.Promotion) { p.Name = "" },
		"/name too_long":                          func(_ *verno.Version, p *verno.Promotion) { p.Name = strings.Repeat("я", 201) },
		"/name bad_text":                          func(_ *verno.Version, p *verno.Promotion) { p.Name = "a\x00b" },
		"/group bad_text":                         func(_ *verno.Version, p *verno.Promotion) { p.Group = "\xff" },
		"/id required":                            func(_ *verno.Version, p *verno.Promotion) { p.ID = verno.PromotionID{} },
		"/id duplicate":                           func(v *verno.Version, p *verno.Promotion) { v.Promotions = append(v.Promotions, *p) },
		"/priority out_of_range":                  func(_ *verno.Version, p *verno.Promotion) { p.Priority = 1001 },
		"/limits/budget out_of_range":             func(_ *verno.Version, p *verno.Promotion) { p.Limits.Budget = -1 },
		"/audience/tags too_many":                 func(_ *verno.Version, p *verno.Promotion) { p.Audience.Tags = make([]string, 101) },
		"/audience/tags/0 required":               func(_ *verno.Version, p *verno.Promotion) { p.Audience.Tags = []string{""} },
		"/goods/skus too_many":                    func(_ *verno.Version, p *verno.Promotion) { p.Goods.SKUs = make([]string, 10_001) },
		"/goods/except_categories/0 bad_category": func(_ *verno.Version, p *verno.Promotion) { p.Goods.ExceptCategories = []string{"/a"} },
		"/schedule/until not_after":               func(_ *verno.Version, p *verno.Promotion) { p.Schedule.From, p.Schedule.Until = &now, &now },
		"/schedule/weekdays too_many":             func(_ *verno.Version, p *verno.Promotion) { p.Schedule.Weekdays = make([]int, 8) },
		"/schedule/hours/0/from bad_time": func(_ *verno.Version, p *verno.Promotion) {
			p.Schedule.Hours = []verno.Hours{{From: "24:00", Until: "01:00"}}
		},
		"/schedule/hours/0/until bad_time": func(_ *verno.Version, p *verno.Promotion) {
			p.Schedule.Hours = []verno.Hours{{From: "23:00", Until: "23:60"}}
		},
		"/schedule/stores/1 duplicate":  func(_ *verno.Version, p *verno.Promotion) { p.Schedule.Stores = []verno.StoreID{{1}, {1}} },
		"/condition too_long":           func(_ *verno.Version, p *verno.Promotion) { p.Condition = strings.Repeat("true or ", 200) + "true" },
		"/condition condition_large":    func(_ *verno.Version, p *verno.Promotion) { p.Condition = strings.Repeat("1+", 150) + "1 > 0" },
		"/condition condition_wrong":    func(_ *verno.Version, p *verno.Promotion) { p.Condition = " " },
		"/schedule/hours too_many":      func(_ *verno.Version, p *verno.Promotion) { p.Schedule.Hours = make([]verno.Hours, 21) },
		"/schedule/stores too_many":     func(_ *verno.Version, p *verno.Promotion) { p.Schedule.Stores = make([]verno.StoreID, 5001) },
		"/schedule/stores/0 required":   func(_ *verno.Version, p *verno.Promotion) { p.Schedule.Stores = make([]verno.StoreID, 1) },
		"/levels/levels too_many":       func(v *verno.Version, _ *verno.Promotion) { v.Programme.Levels.Levels = make([]verno.Level, 51) },
		"/levels/levels/1/id duplicate": func(v *verno.Version, _ *verno.Promotion) { v.Programme.Levels.Levels[1].ID = "base" },
		"/goods_classes/1/class duplicate": func(v *verno.Version, _ *verno.Promotion) {
			v.Programme.Classes = []verno.ClassTerms{{Class: "alcohol"}, {Class: "alcohol"}}
		},
		"/goods_classes too_many":            func(v *verno.Version, _ *verno.Promotion) { v.Programme.Classes = make([]verno.ClassTerms, 6) },
		"/promotions too_many":               func(v *verno.Version, _ *verno.Promotion) { v.Promotions = make([]verno.Promotion, 501) },
		"/currency bad_value":                func(v *verno.Version, _ *verno.Promotion) { v.Programme.Currency = "rub" },
		"/points/value bad_ratio":            func(v *verno.Version, _ *verno.Promotion) { v.Programme.Points.Value.Den = 0 },
		"/points/scale out_of_range":         func(v *verno.Version, _ *verno.Promotion) { v.Programme.Points.Scale = 4 },
		"/points/max_share out_of_range":     func(v *verno.Version, _ *verno.Promotion) { v.Programme.Points.MaxShare = 10_001 },
		"/points/expiry/kind not_one_of":     func(v *verno.Version, _ *verno.Promotion) { v.Programme.Points.Expiry.Kind = "someday" },
		"/points/expiry/date bad_date":       func(v *verno.Version, _ *verno.Promotion) { v.Programme.Points.Expiry.Kind = "on_date" },
		"/levels/levels/2/from not_rising":   func(v *verno.Version, _ *verno.Promotion) { v.Programme.Levels.Levels[2].From = 1 },
		"/levels/window_months out_of_range": func(v *verno.Version, _ *verno.Promotion) { v.Programme.Levels.WindowMonths = 37 },
		"/goods_classes/0/class bad_value":   func(v *verno.Version, _ *verno.Promotion) { v.Programme.Classes = []verno.ClassTerms{{Class: "x"}} },
	} {
		v := verno.Version{Programme: programme(), Promotions: []verno.Promotion{active(1, "P", "percent_discount", `{"percent":"1"}`)}}
		change(&v, &v.Promotions[0])
		if got := found(&v); !slices.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if r, _ := promo.Compile(&v); r != nil {
			t.Errorf("%s: compiled all the same", want)
		}
	}
}

// TestTextsAreWhole: whatever is explained or found wrong can be said in both languages with all its parameters.
func TestTextsAreWhole(t *testing.T) {
	t.Parallel()
	for _, text := range slices.Concat(promo.Texts(), promo.ProblemTexts()) {
		for _, sentence := range []string{text.Ru, text.En} {
			if sentence == "" || strings.Count(sentence, "{") != len(text.Params) {
				t.Errorf("%s: %q has other parameters than %q", text.Code, sentence, text.Params)
			}
			for _, name := range text.Params {
				if !strings.Contains(sentence, "{"+name+"}") {
					t.Errorf("%s: %q lacks %s", text.Code, sentence, name)
				}
			}
		}
	}
}

// TestFieldsAreBounded: every number in the settings of every type has its bounds, every text its list of words and
// every list its length, and each a sentence for forms.
func TestFieldsAreBounded(t *testing.T) {
	t.Parallel()
	var look func(kind string, fields []promo.Field)
	look = func(kind string, fields []promo.Field) {
		for _, f := range fields {
			bounded := f.Min != "" && f.Max != ""
			switch f.Type {
			case "text":
				bounded = len(f.Enum) > 0
			case "list":
				bounded = f.Items > 0
				look(kind, f.Fields)
			case "yes_or_no":
				bounded = true
			}
			if !bounded || f.Doc == "" || f.Default != "" && f.Enum != nil && !slices.Contains(f.Enum, f.Default) {
				t.Errorf("%s: %+v", kind, f)
			}
		}
	}
	for _, k := range promo.Kinds() {
		look(k.Name, k.Fields)
	}
	if !reflect.DeepEqual(promo.Kinds()[0].Fields[0], promo.Field{
		Name: "percent", Type: "percent", Doc: "What is taken off, in percent.", Required: true, Min: "0.01", Max: "100",
	}) {
		t.Errorf("%+v", promo.Kinds()[0].Fields[0])
	}
}

// TestLargestBasket: the largest basket that the limits let in overflows nothing.
func TestLargestBasket(t *testing.T) {
	t.Parallel()
	var promotions []verno.Promotion
	n := 0
	for _, kind := range promo.Kinds() {
		for _, settings := range settingsOf[kind.Name] {
			n++
			promotions = append(promotions, active(n, strconv.Itoa(n), kind.Name, settings))
		}
	}
	for _, value := range []money.Ratio{{Num: 1, Den: 1_000_000}, {Num: 1_000_000, Den: 1}} {
		terms := programme()
		terms.Points.Value = value
		b := basketOf()
		for i := range verno.MaxLines {
			b.Lines = append(b.Lines, verno.Line{
				ID: strconv.Itoa(i), SKU: "a", Quantity: money.MaxQuantity, Price: money.MaxAmount, Sum: money.MaxAmount,
				MinPrice: money.Amount(i % 2 * 7),
			})
		}
		o := evaluate(compile(t, terms, promotions...), promo.Input{
			Basket: b, Member: &verno.MemberFacts{Balance: money.MaxPoints, SpendCap: money.MaxPoints}, Spend: -1,
		})
		if o.Totals.Payable < 0 || o.Totals.Earn < 0 {
			t.Errorf("%+v", o.Totals)
		}
	}
}
