package checkout

import (
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/progress"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// holdings gives what an owner has in a unit: locked, or as last read.
type holdings func(verno.UnitID) *ledger.Holding

// factsOf gathers what the rules may know of a member. Where nothing is to be spent, balances stay 0; where lots that
// cover the spend are at hand, the balance is what these hold. Where a promotion asks how many points there are, all are
// counted. It returns ledger.ErrMore where all lots must be read.
func factsOf(r *rules, o *store.Owner, has holdings, p *verno.Presence, m verno.Moment, spend money.Points) (*verno.MemberFacts, error) {
	s := &o.State
	now := verno.Micros(m.At)
	programme := r.Programme()
	f := &verno.MemberFacts{Purchases: s.Purchases}
	f.Level, f.Spent, _ = progress.Level(programme.Levels, s.Spend, m.Month())
	if e, ok := s.Enrolled[programme.ID]; ok {
		f.Enrolled = max(0, int64(m.At.Sub(verno.FromMicros(e.At))/(24*time.Hour)))
	}
	if p != nil {
		f.Tags = r.asked(p.Tags)
		if p.BirthMonth > 0 && r.NeedsBirthday() {
			f.Birthday = r.BirthdayWindows(p.BirthMonth, p.BirthDay, m.At)
		}
	}
	for id := range r.remembered {
		if u, ok := s.Usage[id]; ok {
			if f.Usage == nil {
				f.Usage = map[verno.PromotionID]verno.Usage{}
			}
			f.Usage[id] = u
		}
	}
	for _, id := range r.stamps {
		h := has(verno.StampsUnit(id))
		n, err := h.Spendable(now)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			n = -h.Owed() // New stamps repay it before they fill the card.
		}
		if n != 0 {
			if f.Stamps == nil {
				f.Stamps = map[verno.PromotionID]int64{}
			}
			f.Stamps[id] = n
		}
	}
	if r.asksPoints {
		n, err := has(verno.PointsUnit(programme.ID)).Spendable(now)
		if err != nil {
			return nil, err
		}
		f.Points = money.Points(n)
	}
	if spend == 0 {
		return f, nil
	}
	n, err := has(verno.PointsUnit(programme.ID)).Covers(int64(spend), now)
	if err != nil {
		return nil, err
	}
	f.Balance = money.Points(n)
	f.SpendCap = spendCap(programme, o, p, m, f.Balance)
	return f, nil
}

// spendCap is the most that a presence may spend: all of the balance where it proves that the member is there, else what
// is left of the day's small limit; nothing of a frozen account, or of a live code, a tap or a PIN that has spent before.
func spendCap(programme *verno.Programme, o *store.Owner, p *verno.Presence, m verno.Moment, balance money.Points) money.Points {
	switch {
	case p == nil || frozen(o, verno.Micros(m.At)) || spentCode(o, p):
		return 0
	case p.Method.Strong():
		return balance
	}
	left := programme.Points.StaticDaily
	if o.State.StaticDay >= m.Day() {
		left -= o.State.StaticUsed
	}
	return max(0, min(balance, left))
}

// frozen reports whether nothing may be spent of an account: it was frozen, or its phone was changed a short time ago.
func frozen(o *store.Owner, now int64) bool { return o.FrozenAt != 0 || now < o.State.Cooling }

// spentCode reports whether a presence comes from a live code that has spent already, or from a tap or a PIN that has, or
// that is older than one which has. A new tap, or the PIN typed anew, is another proof at once.
func spentCode(o *store.Owner, p *verno.Presence) bool {
	if p.Method == verno.MethodLiveCode {
		return p.Step <= o.State.LiveSpent[p.Carrier()]
	}
	return p.Method.SpendsOnce() && p.Step <= o.State.ProofSpent[p.Carrier()]
}

// markSpent notes that a presence has spent. A live code, a tap and a PIN spend once; what other codes spend is counted by day. Where a
// day has begun in the east it does not end in the west, so that shops in two zones give one limit and not two by turns.
// A replay is no code: it has spent already, whatever the limits say.
func markSpent(s *verno.OwnerState, p *verno.Presence, day int32, points money.Points) {
	switch {
	case p.Method == verno.MethodReplay:
	case p.Method == verno.MethodLiveCode:
		if s.LiveSpent == nil {
			s.LiveSpent = map[verno.CardID]int64{}
		}
		s.LiveSpent[p.Carrier()] = max(s.LiveSpent[p.Carrier()], p.Step)
	case p.Method.SpendsOnce():
		if s.ProofSpent == nil {
			s.ProofSpent = map[verno.CardID]int64{}
		}
		s.ProofSpent[p.Carrier()] = max(s.ProofSpent[p.Carrier()], p.Step)
	case !p.Method.Strong():
		if s.StaticDay < day {
			s.StaticDay, s.StaticUsed = day, 0
		}
		s.StaticUsed += points
	}
}

// remember writes into an owner's state what a sale did.
func remember(r *rules, s *verno.OwnerState, m verno.Moment, out *verno.Outcome) {
	now := verno.Micros(m.At)
	s.Purchases++
	if out.Totals.Payable > 0 {
		s.Paid++
		if s.FirstAt == 0 {
			s.FirstAt = now
		}
	}
	s.LastAt = max(s.LastAt, now)
	s.Spend = progress.AddSpend(s.Spend, m.Month(), out.Totals.Payable)
	for _, u := range out.Uses {
		if r.remembered[u.Promotion] {
			if s.Usage == nil {
				s.Usage = map[verno.PromotionID]verno.Usage{}
			}
			used := s.Usage[u.Promotion]
			since := r.Began(u.Promotion, used, m.Day())
			used = used.Add(m.Day(), u.Count)
			used.Since = since
			s.Usage[u.Promotion] = used
		}
	}
}
