package member

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

const historyPath = CardBase + "history"

// pageSize is how many steps a page of the history shows.
const pageSize = 30

// history is all that happened to the account, newest first.
func (f *Face) history(s *seat) error {
	ctx := s.r.Context()
	var below []byte
	if text := s.Query.Get("after"); text != "" {
		var err error
		if below, err = hex.DecodeString(text); err != nil || len(below) != 16 {
			return verno.Malformed("malformed_cursor")
		}
	}
	p, err := f.about(s)
	if err != nil {
		return err
	}
	steps, err := f.Members.Timeline(ctx, s.actor, s.session.Member, below, pageSize+1)
	if err != nil {
		return err
	}
	next := ""
	if len(steps) > pageSize {
		next = hex.EncodeToString(steps[pageSize-1].ID[:])
		steps = steps[:pageSize]
	}
	places, err := f.places(s)
	if err != nil {
		return err
	}
	return s.show(s.Say("card.history"), historyPage(s, steps, places, p.Points.Scale, next))
}

// about reads the terms of the member's programme, and sets the clocks of the page by them.
func (f *Face) about(s *seat) (verno.Programme, error) {
	m, err := f.Reader.Member(s.r.Context(), s.session.Tenant, s.session.Member)
	if err != nil {
		return verno.Programme{}, err
	}
	p, _, err := f.Till.Terms(s.r.Context(), s.session.Tenant, m.Programme)
	if errors.Is(err, verno.Conflict("programme_unpublished")) {
		return verno.Programme{}, nil
	}
	if err != nil {
		return verno.Programme{}, err
	}
	s.zone = zoneOf(p.TimeZone)
	return *p, nil
}

func receiptPath(one *member.Step) string {
	return CardBase + "receipts/" + verno.ReceiptID(one.ID).String()
}

// titleOf is what has happened.
func titleOf(s *seat, one *member.Step) string {
	if id := "card.step." + one.Kind; s.Has(id) {
		return s.Say(id)
	}
	return s.Say("card.step.changed")
}

// whereOf is what it cost, and where.
func whereOf(s *seat, one *member.Step, places map[verno.StoreID]string) []string {
	var said []string
	if one.Receipt && one.Payable > 0 {
		said = append(said, s.Money(one.Payable, one.Currency))
	}
	if name := places[one.Store]; name != "" {
		said = append(said, name)
	}
	return said
}

// movesOf are the changes of value, points and money before stamps.
func movesOf(one *member.Step) []member.Move {
	var first, stamps []member.Move
	for _, m := range one.Moves {
		if m.Unit.Kind == verno.UnitStamps {
			stamps = append(stamps, m)
		} else {
			first = append(first, m)
		}
	}
	return append(first, stamps...)
}

// reasonOf is why staff changed the account. What rules or programs wrote is no sentence for people.
func reasonOf(s *seat, one *member.Step) string {
	if one.Kind != "adjustment" || one.Reason == "fraud" || !slices.Contains(member.Reasons, one.Reason) {
		return "" // Whom staff suspect is not told so by the card.
	}
	return s.Say("card.reason." + one.Reason)
}

// moved is one change of value as people say it: +120 points, −50 ₽.
func moved(s *seat, m *member.Move, scale int) string {
	n, sign := m.Amount, "+"
	if n < 0 {
		n, sign = -n, "−"
	}
	switch m.Unit.Kind {
	case verno.UnitMoney:
		return sign + s.Money(money.Amount(n), m.Unit.Currency)
	case verno.UnitCashback:
		return sign + s.Say("card.cashback_some", "Sum", s.Money(money.Amount(n), m.Unit.Currency))
	case verno.UnitStamps:
		return sign + s.Count("card.stamp_count", n)
	default:
		return sign + s.points(money.Points(n), scale)
	}
}

// told is a receipt with what the rules made of it, in words.
type told struct {
	*verno.Receipt
	place   string
	gains   []gain
	reasons []string // why nothing more
	scale   int
	parent  string // address of the sale that a return is of
}

// gain is what one promotion gave on a receipt.
type gain struct {
	name   string
	off    money.Amount
	points money.Points
	money  money.Amount // cashback
	stamps int64
	used   int64     // stamps that a full card took for it
	from   time.Time // from which the points or the cashback may be spent, zero where that was at once
	first  bool      // with the first purchase only
}

// receipt shows a receipt of the member's and why it gave what it gave. Another's is not there.
func (f *Face) receipt(s *seat) error {
	ctx := s.r.Context()
	missing := verno.NotFound("not_found").With("thing", "receipt")
	var id verno.ReceiptID
	if err := id.UnmarshalText([]byte(s.r.PathValue("id"))); err != nil {
		return missing
	}
	row, err := f.Reader.Receipt(ctx, s.session.Tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return missing
	}
	if err != nil {
		return err
	}
	if own, err := f.mine(s, &row.Receipt); err != nil || !own {
		return errors.Join(err, missing)
	}
	t := &told{Receipt: &row.Receipt}
	if err := f.tell(s, t); err != nil {
		return err
	}
	return s.show(s.Say("card.step."+string(t.Kind)), receiptPage(s, t))
}

// mine says whether a receipt is the member's, or of one who was merged into it.
func (f *Face) mine(s *seat, r *verno.Receipt) (bool, error) {
	if r.Member == s.session.Member {
		return true, nil
	}
	m, err := f.Reader.Member(s.r.Context(), s.session.Tenant, r.Member)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return m.MergedInto == s.session.Member, err
}

func (f *Face) tell(s *seat, t *told) error {
	ctx := s.r.Context()
	p, err := f.about(s)
	if err != nil {
		return err
	}
	t.scale = p.Points.Scale
	if t.Facts.TimeZone != "" {
		s.zone = zoneOf(t.Facts.TimeZone)
	}
	place, err := f.Reader.Place(ctx, s.session.Tenant, t.Store)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	t.place = place.Name
	if t.Kind != verno.ReceiptSale {
		t.parent = CardBase + "receipts/" + t.Parent.String()
		return nil
	}
	v, err := f.Reader.Version(ctx, s.session.Tenant, t.Programme, t.Version)
	if err != nil {
		return err
	}
	t.gains = gainsOf(t.Receipt, v.Promotions)
	out, _, err := f.Till.Recompute(ctx, s.actor, t.ID)
	if err != nil {
		return err
	}
	t.reasons = reasons(s, out.Explained, v.Promotions)
	return nil
}

// gainsOf adds up what each promotion gave, in the order of the programme.
func gainsOf(r *verno.Receipt, promotions []verno.Promotion) []gain {
	var all []gain
	for i := range promotions {
		one := &promotions[i]
		g := gain{name: one.Name, used: r.Outcome.StampsUsed[one.ID]}
		for j := range r.Outcome.Lines {
			for _, d := range r.Outcome.Lines[j].Discounts {
				if d.Promotion == one.ID {
					g.off += d.Amount
				}
			}
		}
		for j := range r.Outcome.Awards {
			a := &r.Outcome.Awards[j]
			switch {
			case a.Promotion != one.ID:
			case a.Unit == verno.UnitStamps:
				g.stamps += int64(a.Points)
			default:
				g.add(r, a)
			}
		}
		if g.off > 0 || g.points > 0 || g.money > 0 || g.stamps > 0 {
			all = append(all, g)
		}
	}
	return all
}

// add adds points or cashback that can be spent at once or later.
func (g *gain) add(r *verno.Receipt, a *verno.Award) {
	g.money += a.Cashback()
	if a.Unit == verno.UnitPoints {
		g.points += a.Points
	}
	g.first = g.first || a.UntilFirst && r.Totals.Payable == 0
	if a.AvailableIn > 0 {
		g.from = r.OccurredAt.Add(time.Duration(a.AvailableIn) * time.Second)
	}
}

// dull are reasons that nobody asks for: a promotion that was not meant for that day, place or occasion.
var dull = []string{"inactive", "other_occasion", "not_yet", "over", "wrong_store", "not_in_schedule", "wrong_tag", "members_only", "condition_error"}

// reasons say in words why other promotions gave nothing, and why fewer points were spent than were asked for.
func reasons(s *seat, explained []verno.Explanation, promotions []verno.Promotion) []string {
	var all []string
	for _, e := range explained {
		if e.Applied || slices.Contains(dull, e.Code) {
			continue
		}
		name := ""
		for i := range promotions {
			if promotions[i].ID == e.Promotion {
				name = promotions[i].Name + ": "
			}
		}
		all = append(all, name+sentence(s, e))
	}
	return all
}

// sentence is what the rules say, with numbers as the language writes them.
func sentence(s *seat, e verno.Explanation) string {
	at := slices.IndexFunc(ruleTexts, func(t promo.Text) bool { return t.Code == e.Code })
	if at < 0 {
		return e.Code
	}
	text := ruleTexts[at].En
	if s.Code == "ru" {
		text = ruleTexts[at].Ru
	}
	for name, value := range e.Params {
		if s.Code == "ru" && slices.Contains([]string{"amount", "need", "points", "wanted", "quantity"}, name) {
			value = strings.Replace(strings.TrimSuffix(value, ".00"), ".", ",", 1)
		}
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

var ruleTexts = promo.Texts()
