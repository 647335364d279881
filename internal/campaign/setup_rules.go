package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// Mechanics are the ways in which a programme can begin.
var Mechanics = []string{"points", "stamps", "levels"}

// Mechanic is what a programme begins with, as one sentence says it. More is made of it at the desk.
type Mechanic struct {
	Kind    string           // one of Mechanics
	Percent money.Percent    // points: what comes back
	Share   money.Percent    // the most of a receipt that points pay
	Welcome money.Points     // for joining; 0 for nothing
	Needed  int64            // stamps: purchases that fill a card
	Reward  money.Points     // stamps: what a full card gives
	Off     [3]money.Percent // levels: the discount of each; the first from the first purchase
	From    [2]money.Amount  // levels: the spend from which the second and third begin
}

// check sees that a mechanic can be promised. Pointers are the names of a form's fields.
func (m *Mechanic) check() error {
	var f verno.Faults
	f.OneOf("/mechanic", m.Kind, Mechanics...)
	percent := func(pointer string, p money.Percent) {
		if p < 1 || p > 5_000 {
			f.Say(pointer, "number_range", "min", "0.01", "max", "50")
		}
	}
	switch m.Kind {
	case "points":
		percent("/percent", m.Percent)
		if m.Share < 100 || m.Share > money.Full {
			f.Say("/share", "number_range", "min", "1", "max", "100")
		}
	case "stamps":
		if m.Needed < 2 || m.Needed > 50 {
			f.Say("/needed", "number_range", "min", "2", "max", "50")
		}
		if m.Reward < 1 || m.Reward > 1_000_000 {
			f.Say("/reward", "number_range", "min", "1", "max", "1000000")
		}
	case "levels":
		for i, p := range m.Off {
			percent("/off"+strconv.Itoa(i+1), p)
		}
		if m.From[0] <= 0 || m.From[0] > money.MaxAmount {
			f.Say("/from2", "required")
		}
		if m.From[1] <= m.From[0] {
			f.Say("/from3", "not_rising")
		}
	}
	if m.Welcome < 0 || m.Welcome > 1_000_000 {
		f.Say("/welcome", "number_range", "min", "0", "max", "1000000")
	}
	return f.Err()
}

// levelIDs are those of the levels that a beginning makes.
var levelIDs = [3]string{"first", "second", "third"}

// rules makes the terms and promotions of a mechanic out of a programme's.
func (m *Mechanic) rules(p verno.Programme, language string) (verno.Programme, []verno.Promotion) {
	say := func(ru, en string, args ...any) string {
		if language == "ru" {
			return fmt.Sprintf(ru, args...)
		}
		return fmt.Sprintf(en, args...)
	}
	var list []verno.Promotion
	add := func(name, kind, settings string, levels ...string) {
		list = append(list, verno.Promotion{
			Name: name, Type: kind, Active: true, Settings: json.RawMessage(settings), Audience: verno.Audience{Levels: levels},
		})
	}
	p.Levels = verno.LevelTerms{}
	switch m.Kind {
	case "points":
		p.Points.MaxShare = m.Share
		add(say("%s %% баллами с каждой покупки", "%s%% of each purchase in points", m.Percent), "points_by_amount", `{"percent":"`+m.Percent.String()+`"}`)
	case "stamps":
		add(say("Карта на %d покупок", "A card for %d purchases", m.Needed), "stamps",
			fmt.Sprintf(`{"per":"receipt","needed":%d,"reward":"points","points":%d}`, m.Needed, m.Reward))
	case "levels":
		for i, off := range m.Off {
			level := verno.Level{ID: levelIDs[i], Name: say("Скидка %s %%", "%s%% off", off)}
			if i > 0 {
				level.From = m.From[i-1]
			}
			p.Levels.Levels = append(p.Levels.Levels, level)
			add(level.Name, "percent_discount", `{"percent":"`+off.String()+`"}`, level.ID)
		}
	}
	if m.Welcome > 0 {
		add(say("Баллов за вступление: %d", "Points to begin with: %d", m.Welcome), "welcome_bonus", fmt.Sprintf(`{"points":%d,"until_first":true}`, m.Welcome))
	}
	return p, list
}

// Example is what a receipt comes to by a mechanic.
type Example struct {
	Receipt  money.Amount
	Discount money.Amount
	Earn     money.Points
	Spend    money.Points // the most that could be spent on it
}

// Try prices a receipt of somebody who has just joined, by a mechanic that nobody has published. Error: invalid fields.
func (m *Mechanic) Try(p verno.Programme, receipt money.Amount, now time.Time) (Example, error) {
	if err := m.check(); err != nil {
		return Example{}, err
	}
	terms, list := m.rules(p, "en")
	for i := range list {
		list[i].ID = verno.PromotionID{15: byte(i + 1)}
	}
	rules, problems := promo.Compile(&verno.Version{Programme: terms, Promotions: list})
	var f verno.Faults
	if err := join(&f, problems); err != nil {
		return Example{}, err
	}
	var out verno.Outcome
	facts := &verno.MemberFacts{Balance: money.MaxPoints, SpendCap: money.MaxPoints}
	if m.Kind == "levels" {
		facts.Level = levelIDs[0]
	}
	rules.Evaluate(&promo.Input{
		Basket: &verno.Basket{Currency: p.Currency, Lines: []verno.Line{{ID: "1", Quantity: money.One, Price: receipt, Sum: receipt}}},
		Member: facts, Moment: verno.Moment{At: now},
	}, false, &out)
	return Example{Receipt: receipt, Discount: out.Totals.Discount, Earn: out.Totals.Earn, Spend: out.MaxPoints}, nil
}

// Begin puts a mechanic into force, in place of all that a programme promised before. It is for programmes that nobody
// has joined yet.
func (o *Office) Begin(ctx context.Context, actor verno.Actor, now time.Time, id verno.ProgrammeID, language string, m Mechanic) error {
	if err := actor.Require(verno.MayWriteConfig | verno.MayPublish); err != nil {
		return err
	}
	if err := m.check(); err != nil {
		return err
	}
	p, err := o.Programme(ctx, actor, id)
	if err != nil {
		return err
	}
	terms, list := m.rules(p.Draft, language)
	old, err := o.Promotions(ctx, actor, id, false, verno.PromotionID{}, pages)
	if err != nil {
		return err
	}
	for i := range old {
		if _, err := o.ArchivePromotion(ctx, actor, now, old[i].Draft.ID, old[i].Revision); err != nil {
			return err
		}
	}
	if _, err = o.ChangeProgramme(ctx, actor, now, p.Revision, terms); err != nil {
		return err
	}
	for i := range list {
		if _, err := o.CreatePromotion(ctx, actor, now, id, list[i]); err != nil {
			return fmt.Errorf("%s: %w", list[i].Name, err)
		}
	}
	_, err = o.Publish(ctx, actor, now, id, 0, "")
	return err
}
