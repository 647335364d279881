package desk

import (
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// change is one fact that is not the same on both sides; a side is empty where it says nothing of it.
type change struct{ label, before, after string }

// compare lists what differs between two sets of facts, in their order.
func compare(before, after []fact) []change {
	var changes []change
	for _, b := range before {
		at := slices.IndexFunc(after, func(f fact) bool { return f.id == b.id })
		switch {
		case at < 0:
			changes = append(changes, change{b.label, b.value, ""})
		case after[at].value != b.value:
			changes = append(changes, change{b.label, b.value, after[at].value})
		}
	}
	for _, a := range after {
		if !slices.ContainsFunc(before, func(f fact) bool { return f.id == a.id }) {
			changes = append(changes, change{a.label, "", a.value})
		}
	}
	return changes
}

// altered is what became of a promotion, or of the terms of the programme, between two versions.
type altered struct {
	id           verno.PromotionID // zero for the terms
	how          string            // added, changed, removed
	name         string
	what, bounds string
	changes      []change
}

// altered lists all that differs between two versions, the terms first. Before may be nil.
func (t *teller) altered(before, after *verno.Version) []altered {
	var list []altered
	var terms []fact
	if before != nil {
		terms = t.as(&before.Programme).terms()
	}
	if before == nil || !same(before.Programme, after.Programme) {
		how := "changed"
		if before == nil {
			how = "added"
		}
		list = append(list, altered{how: how, name: t.Say("desk.programme.terms"), changes: compare(terms, t.as(&after.Programme).terms())})
	}
	for i := range after.Promotions {
		p := &after.Promotions[i]
		was := promotionOf(before, p.ID)
		if was != nil && samePromotion(was, p) {
			continue
		}
		a := altered{id: p.ID, how: "added", name: p.Name}
		now := t.as(&after.Programme)
		a.what, a.bounds = now.says(p)
		if was != nil {
			a.how, a.changes = "changed", compare(t.as(&before.Programme).promotion(was), now.promotion(p))
		}
		list = append(list, a)
	}
	if before == nil {
		return list
	}
	for i := range before.Promotions {
		p := &before.Promotions[i]
		if promotionOf(after, p.ID) == nil {
			a := altered{id: p.ID, how: "removed", name: p.Name}
			a.what, a.bounds = t.as(&before.Programme).says(p)
			list = append(list, a)
		}
	}
	return list
}

// as tells with the numbers of other terms.
func (t *teller) as(of *verno.Programme) *teller { return t.teller(of, t.shops) }

// warnings are what a publication means that its list of changes does not say by itself.
func (t *teller) warnings(d *draft) []string {
	var list []string
	after, before := d.next(), d.live
	say := func(is bool, text string) {
		if is {
			list = append(list, text)
		}
	}
	earns := slices.ContainsFunc(after.Promotions, func(p verno.Promotion) bool {
		return p.Active && slices.Contains([]string{"points_by_amount", "points_by_quantity", "cashback"}, p.Type)
	})
	say(!earns, t.Say("desk.warning.no_points"))
	if before != nil {
		say(before.Programme.Points.Value != after.Programme.Points.Value, t.Say("desk.warning.value"))
		say(before.Programme.Points.Expiry != after.Programme.Points.Expiry, t.Say("desk.warning.expiry"))
		say(!same(before.Programme.Levels, after.Programme.Levels), t.Say("desk.warning.levels"))
		for i := range before.Promotions {
			p := &before.Promotions[i]
			say(p.Type == "stamps" && promotionOf(after, p.ID) == nil, t.Say("desk.warning.stamps", "Name", p.Name))
		}
	}
	for i := range after.Promotions {
		p := &after.Promotions[i]
		if was := promotionOf(before, p.ID); was != nil && samePromotion(was, p) || !p.Active {
			continue
		}
		until := p.Schedule.Until
		say(until != nil && !t.now.Before(*until), t.Say("desk.warning.over", "Name", p.Name))
		unbounded := p.Limits.Budget+p.Limits.Total+p.Limits.PerMember+p.Limits.PerMemberDay == 0
		say(unbounded && t.deep(p), t.Say("desk.warning.deep", "Name", p.Name))
	}
	return list
}

// deep says whether a promotion takes half of a price off, or more.
func (t *teller) deep(p *verno.Promotion) bool {
	percent, err := money.ParsePercent(textOf(settingsOf(p.Settings)["percent"]))
	return err == nil && p.Type == "percent_discount" && percent >= 5_000
}
