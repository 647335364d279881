package checkout

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// sale is one sale on its way through the books.
type sale struct {
	actor        verno.Actor
	place        *place
	rules        *rules
	presence     *verno.Presence // nil where nobody showed a card
	basket       *verno.Basket
	spend        money.Points
	stored       money.Amount
	money        verno.UnitID // of stored money; zero where none was ever paid in
	cashback     verno.UnitID // likewise; zero where none was ever given
	channel      string
	tenders      []verno.Tender
	promised     *verno.Totals // of the quote; nil in a replay
	checkout     string
	number       string
	date         int32
	shift        string
	cashier      verno.StaffID
	occurred     time.Time        // zero for now; of a replay
	charged      *money.Amount    // what an offline till took; nil where nobody said
	ended        []verno.OpenHold // what the open checkout held, ended by the decision
	coupons      []*coupon        // as shown
	certificates []certificate
	agreed       *store.Confirmation // what the member said yes to, locked; nil where nobody was asked
}

// decide is the sale's decision under the locks: the rules on the facts as they now are, then what value moves.
func (s *sale) decide(p *books.Page) (books.Result, error) {
	if p.ConfigVersion() != s.place.config.version && s.promised != nil {
		return books.Result{}, errRulesStale
	}
	now := now(p)
	at := now
	if !s.occurred.IsZero() {
		at = verno.FromMicros(verno.Micros(s.occurred))
	}
	r := &verno.Receipt{
		ID: verno.ReceiptID(p.ID()), Tenant: s.actor.Tenant, Kind: verno.ReceiptSale, CheckoutID: s.checkout,
		Owner: verno.OwnerID(s.place.store.ID), Programme: s.rules.Programme().ID, Version: s.rules.Version().Number,
		Store: s.place.store.ID, Terminal: s.place.terminal, Issuer: s.place.store.Issuer, Partner: s.place.store.Partner,
		Cashier: s.cashier, Shift: s.shift, Number: s.number, BusinessDate: s.date, OccurredAt: at, ReceivedAt: now,
		Currency: s.rules.Programme().Currency,
	}
	r.Facts = verno.Facts{
		Basket: *s.basket, Spend: s.spend, TimeZone: s.place.store.TimeZone,
		Moment: verno.Moment{At: at.In(s.place.zone), Store: r.Store, Terminal: r.Terminal, Channel: s.channel},
	}
	owner, err := s.know(p, r)
	if err != nil {
		return books.Result{}, err
	}
	coupons, err := s.locked(p)
	if err != nil {
		return books.Result{}, err
	}
	r.Facts.Basket = s.basketOf(coupons)
	if owner != nil {
		if r.Facts.Cashback, err = s.cashbackFor(p, r); err != nil {
			return books.Result{}, err
		}
	}
	in := promo.Input{
		Basket: &r.Facts.Basket, Member: r.Facts.Member, Moment: r.Facts.Moment, Spend: s.spend,
		StoredMoney: s.stored + paidBy(s.certificates), Cashback: r.Facts.Cashback, Left: leftOf(s.rules, p.Counter, &r.Facts.Left),
	}
	s.rules.Evaluate(&in, false, &r.Outcome)
	r.Totals = r.Outcome.Totals
	if err := s.check(r, coupons); err != nil {
		return books.Result{}, err
	}
	if owner != nil {
		if err := s.move(p, r); err != nil {
			return books.Result{}, err
		}
		putEnded(p, r.Owner, s.ended, int64(r.Totals.Points))
	}
	if err := s.redeem(p, r, coupons); err != nil {
		return books.Result{}, err
	}
	if err := s.payCertificates(p, r); err != nil {
		return books.Result{}, err
	}
	for _, u := range r.Outcome.Uses {
		if l := s.rules.Promotion(u.Promotion).Limits; l.Total > 0 || l.Budget > 0 {
			p.Use(change(u, l, s.promised == nil))
		}
	}
	r.Tenders = withPoints(s.tenders, &r.Totals)
	return s.save(p, r)
}

// now is the moment of a group as it is stored: what is answered at once is what is read later.
func now(p *books.Page) time.Time { return verno.FromMicros(p.Now()) }

// know finds the locked owner and gathers the facts; nil where nobody showed a card.
func (s *sale) know(p *books.Page, r *verno.Receipt) (*store.Owner, error) {
	if s.presence == nil {
		return nil, nil
	}
	r.Owner, r.Member, r.Card, r.Method = s.presence.Owner, s.presence.Member, s.presence.Card, s.presence.Method
	o := p.Owner(r.Owner)
	if s.promised != nil {
		if err := stale(o, s.presence); err != nil {
			return nil, err
		}
	}
	if o == nil {
		return nil, verno.Conflict("presence_stale")
	}
	if s.promised != nil && (s.spend != 0 || s.stored > 0) {
		if err := s.maySpend(o, p.Now()); err != nil {
			return nil, err
		}
	}
	s.ended = endCheckoutHolds(p, r.Owner, s.checkout)
	has := func(unit verno.UnitID) *ledger.Holding { return p.Holding(r.Owner, unit) }
	if err := s.lapse(p, has); err != nil {
		return nil, err
	}
	facts, err := factsOf(s.rules, o, has, s.presence, r.Facts.Moment, s.spend)
	if err != nil {
		return nil, err
	}
	if s.promised == nil && s.spend > 0 {
		facts.Balance, facts.SpendCap = max(facts.Balance, s.spend), s.spend
	}
	s.place.config.tell(s.rules, s.presence, facts)
	r.Facts.Member = facts
	return o, nil
}

// maySpend refuses what this presence may not spend at all.
func (s *sale) maySpend(o *store.Owner, now int64) error {
	switch {
	case o.FrozenAt != 0:
		return verno.Forbidden("account_frozen")
	case now < o.State.Cooling:
		return verno.Forbidden("account_cooling").With("until", verno.FromMicros(o.State.Cooling).In(s.place.zone).Format(time.RFC3339))
	case s.stored > 0 && !s.presence.Method.Strong(), s.presence.Method == verno.MethodConfirmed && s.agreed == nil:
		return verno.Forbidden("strength_needed")
	case spentCode(o, s.presence):
		return verno.Forbidden("code_used")
	}
	return nil
}

// lapse posts what has expired of points and cashback since somebody last touched the owner.
func (s *sale) lapse(p *books.Page, has holdings) error {
	programme := verno.ProgrammeOwner(s.rules.Programme().ID)
	for _, unit := range with(s.rules.units, s.cashback) {
		far := ledger.Account{Owner: programme, Role: verno.AccountBreakage, Unit: unit}
		if err := has(unit).Lapse(p.Draft(), far, p.Now()); err != nil {
			return err
		}
	}
	return nil
}

// check compares what the rules say now with what the quote promised and what is paid.
func (s *sale) check(r *verno.Receipt, coupons []*coupon) error {
	if s.promised == nil {
		return nil
	}
	if !r.Totals.SameMoney(*s.promised) {
		return s.changed(r, coupons)
	}
	if s.agreed != nil && (!r.Totals.SameMoney(s.agreed.Totals) || s.stored != s.agreed.Stored) {
		return verno.Conflict("confirmation_differs")
	}
	paid := money.Amount(0)
	for i := range s.tenders {
		if s.tenders[i].Kind != verno.TenderPoints {
			paid += s.tenders[i].Amount
		} else if s.tenders[i].Points != r.Totals.Points {
			return verno.InvalidField(fmt.Sprintf("/tenders/%d/points", i), "unknown_value", "known", strconv.FormatInt(int64(r.Totals.Points), 10))
		}
	}
	if paid != r.Totals.Payable {
		return verno.Invalid("tenders_mismatch").With("paid", r.Currency.Format(paid)).With("payable", r.Currency.Format(r.Totals.Payable))
	}
	return nil
}

// quoteOf is the quote that goes with totals_changed.
func (s *sale) quoteOf(r *verno.Receipt, coupons []*coupon) *Quote {
	q := &Quote{
		Programme: r.Programme, Version: r.Version, Currency: r.Currency, Scale: s.rules.Programme().Points.Scale,
		Lines: s.basket.Lines, Outcome: r.Outcome, ExpiresAt: r.ReceivedAt.Add(verno.PresenceLife), Zone: s.place.zone,
	}
	if s.presence != nil {
		q.ExpiresAt = s.presence.Until
	}
	for _, c := range coupons {
		q.Coupons = append(q.Coupons, c.view(s.rules, &r.Outcome, &r.Outcome))
	}
	return q
}

// move drafts what the member spends and gets, and remembers the sale in the owner's state.
func (s *sale) move(p *books.Page, r *verno.Receipt) error {
	programme := s.rules.Programme()
	d := p.Draft()
	points := p.Holding(r.Owner, verno.PointsUnit(programme.ID))
	if r.Totals.Points > 0 {
		far := ledger.Account{Owner: verno.ProgrammeOwner(programme.ID), Role: verno.AccountRedemption, Unit: points.Account.Unit}
		debt, err := s.spendFrom(p, points, far, int64(r.Totals.Points))
		if err != nil {
			return err
		}
		r.Debt = money.Points(debt)
	}
	if s.stored > 0 {
		if err := s.payStored(p, r); err != nil {
			return err
		}
	}
	if err := s.give(p, r); err != nil {
		return err
	}
	o := p.Change(r.Owner)
	if r.Totals.Payable > 0 && o.State.Waiting {
		freed := waiting(points)
		if err := points.Release(d, p.Now()); err != nil {
			return err
		}
		o.State.Waiting = false
		for _, lot := range freed {
			if !slices.Contains(o.State.Freed, lot) {
				o.State.Freed = append(o.State.Freed, lot)
			}
		}
	}
	remember(s.rules, &o.State, r.Facts.Moment, &r.Outcome)
	if r.Totals.Points > 0 || s.stored > 0 {
		markSpent(&o.State, s.presence, r.Facts.Moment.Day(), r.Totals.Points)
	}
	return nil
}

// waiting are the lots that wait for the first paid purchase.
func waiting(h *ledger.Holding) (lots []verno.LotID) {
	for _, l := range h.Lots {
		if l.AvailableAt == ledger.UntilPurchase && l.Remaining > 0 {
			lots = append(lots, l.ID)
		}
	}
	return lots
}

// spendFrom spends; in a replay what is short becomes a debt, as the goods are gone already.
func (s *sale) spendFrom(p *books.Page, h *ledger.Holding, far ledger.Account, amount int64) (debt int64, err error) {
	if s.promised == nil {
		return h.SpendForced(p.Draft(), far, amount, p.Now(), p.NewLot())
	}
	err = h.Spend(p.Draft(), far, amount, p.Now())
	if short, ok := errors.AsType[ledger.ShortError](err); ok {
		// The facts were gathered under the same lock, so this cannot be; a fault in a rule must not overdraw.
		return 0, verno.Refused("insufficient_points").With("available", strconv.FormatInt(short.Spendable, 10))
	}
	return 0, err
}

// payStored pays with cashback, and then with stored money of the store's legal entity.
func (s *sale) payStored(p *books.Page, r *verno.Receipt) error {
	if err := s.payCashback(p, r); err != nil {
		return err
	}
	rest := int64(s.stored - r.Outcome.CashbackUsed)
	if rest == 0 {
		return nil
	}
	if s.money.IsZero() {
		return verno.Refused("insufficient_money")
	}
	h := p.Holding(r.Owner, s.money)
	far := ledger.Account{Owner: verno.IssuerOwner(r.Issuer), Role: verno.AccountClearing, Unit: s.money}
	if s.promised == nil {
		debt, err := h.SpendForced(p.Draft(), far, rest, p.Now(), p.NewLot())
		if debt > 0 {
			s.task(p, r, "money_debt", debt)
		}
		return err
	}
	err := h.Spend(p.Draft(), far, rest, p.Now())
	if _, ok := errors.AsType[ledger.ShortError](err); ok {
		return verno.Refused("insufficient_money")
	}
	return err
}

// give puts each award into a lot of its own.
func (s *sale) give(p *books.Page, r *verno.Receipt) error {
	programme := s.rules.Programme()
	issuer := verno.ProgrammeOwner(programme.ID)
	first := r.Totals.Payable > 0
	at := r.Facts.Moment.At
	if at.After(r.ReceivedAt) {
		at = r.ReceivedAt.In(at.Location()) // The clock of an offline till was fast.
	}
	before, unitBefore := ledger.Lot{}, verno.UnitID{}
	for i := range r.Outcome.Awards {
		a := &r.Outcome.Awards[i]
		unit := unitOf(programme.ID, a)
		lot := ledger.LotOf(p.NewLot(), &programme.Points, a, at, first || p.Owner(r.Owner).State.FirstAt != 0)
		if i > 0 && unit == unitBefore && lot.AvailableAt == before.AvailableAt && lot.ExpiresAt == before.ExpiresAt {
			lot.ID = before.ID // one lot for what has one fate
		}
		before, unitBefore = lot, unit
		p.Holding(r.Owner, unit).Earn(p.Draft(), ledger.Account{Owner: issuer, Role: verno.AccountIssuance, Unit: unit}, lot, int64(a.Points), ledger.WhyEarn)
		r.AwardLots = append(r.AwardLots, lot.ID)
		if lot.AvailableAt == ledger.UntilPurchase {
			p.Change(r.Owner).State.Waiting = true
		}
	}
	for _, id := range s.rules.stamps {
		n := r.Outcome.StampsUsed[id]
		if n == 0 {
			continue
		}
		unit := verno.StampsUnit(id)
		far := ledger.Account{Owner: issuer, Role: verno.AccountRedemption, Unit: unit}
		if _, err := s.spendFrom(p, p.Holding(r.Owner, unit), far, n); err != nil {
			return err
		}
	}
	return nil
}

// change is what a use adds to the shared counter of its promotion. A replay has happened and passes every cap.
func change(u verno.Use, l verno.Limits, forced bool) store.CounterChange {
	c := store.CounterChange{Counter: store.Counter{Promotion: u.Promotion, Uses: u.Count, Cost: u.Cost}, MaxUses: 1 << 62, MaxCost: 1 << 62}
	if l.Total > 0 && !forced {
		c.MaxUses = l.Total
	}
	if l.Budget > 0 && !forced {
		c.MaxCost = l.Budget
	}
	return c
}

// withPoints puts the points that were spent before the other tenders.
func withPoints(tenders []verno.Tender, t *verno.Totals) []verno.Tender {
	out := make([]verno.Tender, 0, len(tenders)+1)
	if t.Points > 0 {
		out = append(out, verno.Tender{Kind: verno.TenderPoints, Amount: t.Redeemed, Points: t.Points})
	}
	for _, n := range tenders {
		if n.Kind != verno.TenderPoints {
			out = append(out, n)
		}
	}
	return out
}

// save writes the receipt and its event.
func (s *sale) save(p *books.Page, r *verno.Receipt) (books.Result, error) {
	entry, hash, err := p.SaveReceipt(r)
	if err != nil {
		return books.Result{}, err
	}
	if s.charged != nil && *s.charged != r.Totals.Payable {
		s.task(p, r, "charged_differs", int64(*s.charged-r.Totals.Payable))
	}
	if r.Debt > 0 {
		s.task(p, r, "points_debt", int64(r.Debt))
	}
	p.Emit(verno.Event{
		Kind: verno.EventReceiptCommitted, Owner: r.Owner, Subject: r.ID.String(), Actor: s.actor.Name(), Entry: entry, Hash: hash[:],
	})
	return books.Result{ID: p.ID(), Owner: r.Owner, Value: r}, nil
}

// task asks a person to look at what a replay left.
func (s *sale) task(p *books.Page, r *verno.Receipt, kind string, amount int64) {
	p.PutTask(verno.Task{
		ID: p.NewTask(), Kind: kind, Owner: r.Owner, Ref: r.ID.String(), Detail: strconv.FormatInt(amount, 10), CreatedAt: p.At(),
	})
}
