package checkout

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/progress"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Quote prices a basket and writes nothing. Its totals are what a commit repeats. Errors: presence_invalid,
// presence_stale, store_unknown, store_missing, store_closed, programme_unpublished and invalid fields of the basket.
func (t *Till) Quote(ctx context.Context, a verno.Actor, s Sale, opt QuoteOptions) (*Quote, error) {
	return t.quote(ctx, a, &s, opt, "")
}

// quote is Quote for an open checkout, which may spend what it holds itself.
func (t *Till) quote(ctx context.Context, a verno.Actor, s *Sale, opt QuoteOptions, checkout string) (*Quote, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, err
	}
	if opt.Drafts || !opt.At.IsZero() {
		if err := a.Require(verno.MayWriteConfig); err != nil {
			return nil, err
		}
	}
	pl, err := t.at(ctx, a, s.Terminal, s.Store)
	if err != nil {
		return nil, err
	}
	presence, err := t.open(ctx, a, s.Presence, pl.terminal, t.clock())
	if err != nil {
		return nil, err
	}
	q, err := t.quoteFor(ctx, a, pl, s, presence, opt, checkout)
	if err == nil && q.short {
		q.Needs, err = t.proofs(ctx, presence)
	}
	return q, err
}

// quoteFor is quote for a presence that is open already.
func (t *Till) quoteFor(ctx context.Context, a verno.Actor, pl *place, s *Sale, presence *verno.Presence, opt QuoteOptions, checkout string) (*Quote, error) {
	seen, err := t.look(ctx, pl, presence)
	if err != nil {
		return nil, err
	}
	if seen.config != pl.config {
		if pl, err = t.placeIn(ctx, seen.config, a, s.Terminal, s.Store); err != nil {
			return nil, err
		}
	}
	if err := pl.sells(); err != nil {
		return nil, err
	}
	r, err := pl.config.rulesOf(pl.store.Programme)
	if err != nil {
		return nil, err
	}
	if opt.Drafts {
		if r, err = t.draftRules(ctx, a.Tenant, pl.store.Programme); err != nil {
			return nil, err
		}
	}
	now := t.clock()
	if !opt.At.IsZero() {
		now = opt.At
	}
	seen.checkout = checkout
	if err := checkSale(s, r.Programme()); err != nil {
		return nil, err
	}
	priced := *s
	seen.said = s.Basket.Coupons
	if seen.coupons, err = t.quoteCoupons(ctx, pl, presence, &priced.Basket, now); err != nil {
		return nil, err
	}
	q, err := t.price(pl, r, &priced, presence, seen, now, opt.Explain)
	if err == nil && len(s.Certificates) > 0 {
		q.Certificates, err = t.quoteCertificates(ctx, a, pl, s.Certificates, q.Currency, q.Outcome.Totals.Payable)
	}
	return q, err
}

// glance is what a quote sees of the owner and the shared limits, unlocked.
type glance struct {
	config   *config
	owner    *store.Owner
	holdings map[verno.UnitID]*ledger.Holding
	counters map[verno.PromotionID]store.Counter
	coupons  []*coupon
	said     []string // coupons as they were sent
	checkout string   // that the quote is for; what it holds is its own
}

// look reads, in one round trip where the engine can, what a quote needs; and reads the configuration again where it has
// changed.
func (t *Till) look(ctx context.Context, pl *place, p *verno.Presence) (*glance, error) {
	g := &glance{config: pl.config, holdings: map[verno.UnitID]*ledger.Holding{}, counters: map[verno.PromotionID]store.Counter{}}
	version := pl.config.version
	r := pl.config.rules[pl.store.Programme]
	err := t.reader.Pipe(ctx, func(pipe *store.Pipe) error {
		pipe.ConfigVersion(pl.config.tenant, func(n int64) { version = n })
		if r != nil && len(r.shared) > 0 {
			pipe.SeeCounters(pl.config.tenant, r.shared, func(c store.Counter) { g.counters[c.Promotion] = c })
		}
		if p == nil {
			return nil
		}
		pipe.ReadOwners(pl.config.tenant, []verno.OwnerID{p.Owner}, func(o store.Owner) { g.owner = &o })
		if r == nil {
			return nil
		}
		units := with(r.units, pl.config.moneyUnit(pl.store.Issuer, r.Programme().Currency))
		units = with(units, pl.config.cashbackUnit(pl.store.Programme))
		keys, all := g.keys(p.Owner, units)
		pipe.ReadHoldings(pl.config.tenant, all, keys, store.LotsAll)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if version != pl.config.version {
		if g.config, err = t.readConfig(ctx, pl.config.tenant); err != nil {
			return nil, err
		}
	}
	if p != nil {
		if err := stale(g.owner, p); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *glance) keys(owner verno.OwnerID, units []verno.UnitID) ([]store.HoldingKey, map[store.HoldingKey]*ledger.Holding) {
	keys := make([]store.HoldingKey, len(units))
	all := make(map[store.HoldingKey]*ledger.Holding, len(units))
	for i, unit := range units {
		h := &ledger.Holding{Account: ledger.Account{Owner: owner, Unit: unit}}
		keys[i] = store.HoldingKey{Owner: owner, Unit: unit}
		all[keys[i]], g.holdings[unit] = h, h
	}
	return keys, all
}

func (g *glance) has(unit verno.UnitID) *ledger.Holding {
	if h := g.holdings[unit]; h != nil {
		return h
	}
	return &ledger.Holding{}
}

// hold tells the holdings what live holds reserve of them.
func (g *glance) hold(now int64) {
	for unit, h := range g.holdings {
		h.Held = g.owner.State.Held(unit, now)
	}
	for _, own := range g.owner.State.Holds {
		if h := g.holdings[own.Unit]; h != nil && g.checkout != "" && own.Checkout == g.checkout && own.Deadline > now {
			h.Held -= own.Amount
		}
	}
}

// stale refuses a presence that was given out before the card was blocked, the account frozen, or the owner moved.
func stale(o *store.Owner, p *verno.Presence) error {
	if o == nil || o.Epoch != p.Epoch || !o.MovedTo.IsZero() {
		return verno.Conflict("presence_stale")
	}
	return nil
}

// price evaluates the rules on what was seen.
func (t *Till) price(pl *place, r *rules, s *Sale, p *verno.Presence, seen *glance, now time.Time, explain bool) (*Quote, error) {
	m := verno.Moment{At: now.In(pl.zone), Store: pl.store.ID, Terminal: pl.terminal, Channel: pl.channel(s.Channel)}
	programme := r.Programme()
	in := promo.Input{Basket: &s.Basket, Moment: m, Spend: s.Spend, Left: leftOf(r, func(id verno.PromotionID) store.Counter { return seen.counters[id] }, nil)}
	q := &Quote{
		Programme: programme.ID, Version: r.Version().Number, Currency: programme.Currency, Scale: programme.Points.Scale,
		Lines: s.Basket.Lines, ExpiresAt: now.Add(verno.PresenceLife), Zone: pl.zone,
	}
	if p == nil {
		if s.Spend != 0 {
			return nil, verno.Invalid("spend_needs_member")
		}
	} else {
		seen.hold(verno.Micros(now))
		facts, err := factsOf(r, seen.owner, seen.has, p, m, -1)
		if err != nil {
			return nil, err
		}
		pl.config.tell(r, p, facts)
		in.Member = facts
		q.Member, q.ExpiresAt = viewOf(pl, r, seen, p, m, facts), p.Until
		if q.Member.Stored != nil && !frozen(seen.owner, verno.Micros(now)) && !spentCode(seen.owner, p) {
			q.StoredMax = *q.Member.Stored
		}
	}
	r.Evaluate(&in, explain, &q.Outcome)
	q.Coupons = couponViews(r, &in, seen.coupons, &q.Outcome, seen.said)
	if q.Member != nil {
		q.Proposal = q.Member.Aim.proposal(q.Outcome.MaxPoints)
	}
	q.short = p != nil && seen.short(pl, r, &in, q.Outcome.MaxPoints, p)
	if q.StoredMax > 0 {
		q.StoredMax = min(storedMax(q, r), q.Outcome.Totals.Payable)
	}
	return q, nil
}

// storedMax is what stored money may pay at most: all that was paid in, and of the cashback what these goods let it pay.
func storedMax(q *Quote, r *rules) money.Amount {
	return *q.Member.Stored - q.Member.Cashback + min(q.Member.Cashback, r.CashbackMost(&q.Outcome, q.Lines))
}

// leftOf tells the rules what shared limits leave, and notes what it told.
func leftOf(r *rules, counter func(verno.PromotionID) store.Counter, told *[]verno.PromotionLeft) func(verno.PromotionID) promo.Left {
	if len(r.shared) == 0 {
		return nil
	}
	return func(id verno.PromotionID) promo.Left {
		l := r.Promotion(id).Limits
		c := counter(id)
		left := promo.Left{Count: max(0, l.Total-c.Uses), Budget: max(0, l.Budget-c.Cost)}
		if told != nil {
			*told = append(*told, verno.PromotionLeft{Promotion: id, Count: left.Count, Budget: left.Budget})
		}
		return left
	}
}

// viewOf is what a till may see. A static code or a number gets no balance, only what it may spend.
func viewOf(pl *place, r *rules, seen *glance, p *verno.Presence, m verno.Moment, f *verno.MemberFacts) *MemberView {
	programme := r.Programme()
	now := verno.Micros(m.At)
	level, _, next := progress.Level(programme.Levels, seen.owner.State.Spend, m.Month())
	v := &MemberView{Member: p.Member, Level: level, SpendCap: f.SpendCap, Frozen: frozen(seen.owner, now)}
	if next != nil {
		v.NextLevel, v.Missing = next.Level, next.Missing
	}
	if !p.Method.Strong() {
		v.Aim = aimView(pl, r, seen, v, m)
		return v
	}
	balance := f.Balance
	v.Balance = &balance
	for _, l := range seen.has(verno.PointsUnit(programme.ID)).Lots {
		if l.Remaining > 0 && l.ExpiresAt > now && l.ExpiresAt != ledger.Never {
			v.Expiring = append(v.Expiring, ExpiringPoints{At: verno.FromMicros(l.ExpiresAt), Points: money.Points(l.Remaining)})
		}
	}
	v.Expiring, v.Aim = byDeadline(v.Expiring), aimView(pl, r, seen, v, m)
	paidIn, cashback := seen.stored(pl, programme, now)
	if stored := paidIn + cashback; stored > 0 || !pl.config.moneyUnit(pl.store.Issuer, programme.Currency).IsZero() {
		v.Stored, v.Cashback = &stored, cashback
	}
	return v
}

// stored is the stored money that could be spent: what was paid in to the store's legal entity, and what the programme gave.
func (g *glance) stored(pl *place, programme *verno.Programme, now int64) (paidIn, cashback money.Amount) {
	units := []verno.UnitID{pl.config.moneyUnit(pl.store.Issuer, programme.Currency), pl.config.cashbackUnit(programme.ID)}
	for i, into := range []*money.Amount{&paidIn, &cashback} {
		if n, err := g.has(units[i]).Spendable(now); err == nil {
			*into = money.Amount(n)
		}
	}
	return paidIn, cashback
}

// byDeadline joins neighbouring lots of one deadline; lots come in the order of their expiry.
func byDeadline(list []ExpiringPoints) []ExpiringPoints {
	out := list[:0]
	for _, e := range list {
		if n := len(out); n > 0 && out[n-1].At.Equal(e.At) {
			out[n-1].Points += e.Points
			continue
		}
		out = append(out, e)
	}
	return out
}

// channel is where a sale comes from: what the request says, else what the store is.
func (pl *place) channel(name string) string {
	switch {
	case name != "":
		return name
	case pl.store.Online:
		return "online"
	default:
		return "till"
	}
}

// draftRules compiles a programme's drafts, for those who try them out.
func (t *Till) draftRules(ctx context.Context, tenant verno.TenantID, id verno.ProgrammeID) (*rules, error) {
	p, err := t.reader.Programme(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	v := &verno.Version{Number: 0, Programme: p.Draft}
	after := verno.PromotionID{}
	for {
		list, err := t.reader.Promotions(ctx, tenant, id, false, after, 200)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			v.Promotions = append(v.Promotions, p.Draft)
			after = p.Draft.ID
		}
		if len(list) < 200 {
			break
		}
	}
	if problems := promo.Validate(v); len(problems) > 0 {
		return nil, verno.Invalid("draft_invalid").With("reason", problems[0].Code)
	}
	return compile(v)
}
