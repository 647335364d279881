package promo_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// TestBirthdayWindows: the window is of days in the store's zone, crosses New Year, and whoever was born on 29 February
// has a birthday every year.
func TestBirthdayWindows(t *testing.T) {
	t.Parallel()
	r := compile(t, programme(), active(1, "B", "birthday_bonus", `{"points":100,"days_before":3,"days_after":2}`))
	if !r.NeedsBirthday() {
		t.Fatal("the birthday is needed")
	}
	for _, c := range []struct {
		month, day int
		at         string
		open       bool
	}{
		{3, 5, "2026-03-01T23:59:59+03:00", false},
		{3, 5, "2026-03-02T00:00:00+03:00", true},
		{3, 5, "2026-03-07T23:59:59+03:00", true},
		{3, 5, "2026-03-08T00:00:00+03:00", false},
		{1, 1, "2025-12-29T12:00:00+03:00", true},
		{12, 31, "2026-01-02T12:00:00+03:00", true},
		{12, 31, "2026-01-03T12:00:00+03:00", false},
		{2, 29, "2026-02-25T12:00:00+03:00", true},
		{2, 29, "2026-03-02T12:00:00+03:00", true},
		{2, 29, "2026-03-03T12:00:00+03:00", false},
		{2, 29, "2028-03-02T12:00:00+03:00", true},
		{2, 29, "2028-02-25T12:00:00+03:00", false},
		{2, 30, "2026-03-02T12:00:00+03:00", false},
		{0, 0, "2026-03-02T12:00:00+03:00", false},
		{13, 1, "2026-01-01T12:00:00+03:00", false},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if open := len(r.BirthdayWindows(c.month, c.day, at)) == 1; open != c.open {
			t.Errorf("born %d-%d at %s: %v", c.month, c.day, c.at, open)
		}
	}
}

// TestRulesTellOfPromotions: stamps exist for promotions that are switched off too, birthdays do not.
func TestRulesTellOfPromotions(t *testing.T) {
	t.Parallel()
	stamps := active(1, "S", "stamps", `{"needed":3,"reward":"piece"}`)
	stamps.Active = false
	birthday := active(2, "B", "birthday_bonus", `{"points":100}`)
	birthday.Active = false
	r := compile(t, programme(), stamps, birthday)
	if ids := r.StampPromotions(); len(ids) != 1 || ids[0] != id(1) || r.NeedsBirthday() || r.BirthdayWindows(3, 2, monday) != nil {
		t.Errorf("stamps %v, birthday %v", ids, r.NeedsBirthday())
	}
	if p := r.Promotion(id(2)); p == nil || p.Name != "B" || r.Promotion(id(3)) != nil {
		t.Errorf("promotion %v", p)
	}
	if r.Programme().Name != "Test" || r.Version().Number != 1 {
		t.Errorf("version %+v", r.Version())
	}
}

// TestClawback: what is returned in steps adds up to the award, and an award of no line comes back with the last step.
func TestClawback(t *testing.T) {
	t.Parallel()
	award := verno.Award{Points: 10, ByLine: []money.Points{7, 3}}
	part := func(done, now money.Quantity) []promo.Part {
		return []promo.Part{{Line: 0, Done: done, Now: now, Of: 3 * money.One}}
	}
	got := [3]money.Points{
		promo.Clawback(&award, part(0, money.One), false),
		promo.Clawback(&award, part(money.One, money.One), false),
		promo.Clawback(&award, append(part(2*money.One, money.One), promo.Part{Line: 1, Now: money.One, Of: money.One}), true),
	}
	if got != [3]money.Points{2, 2, 6} {
		t.Errorf("steps of %v", got)
	}
	whole := verno.Award{Points: 10}
	if promo.Clawback(&whole, part(0, money.One), false) != 0 || promo.Clawback(&whole, nil, true) != 10 {
		t.Error("an award of no line comes back with the last of the receipt")
	}
}
