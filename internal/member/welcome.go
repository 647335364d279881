package member

import (
	"context"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/progress"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
)

// rulebook keeps the compiled rules of each programme's version in force.
type rulebook struct {
	mu   sync.Mutex
	kept map[verno.ProgrammeID]*rules
}

// rules are a version as it counts for those who join; version is 0 where nothing was published yet.
type rules struct {
	*promo.Rules
	version int64
	shared  []verno.PromotionID // welcome bonuses with limits that all members share
}

// of gives the rules in force. It returns store.ErrNotFound where there is no such programme, and programme_unpublished.
func (b *rulebook) of(ctx context.Context, r *store.Reader, tenant verno.TenantID, id verno.ProgrammeID) (*rules, error) {
	number, err := r.PublishedNumber(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	if number == 0 {
		return nil, verno.Conflict("programme_unpublished")
	}
	b.mu.Lock()
	kept := b.kept[id]
	b.mu.Unlock()
	if kept != nil && kept.version == number {
		return kept, nil
	}
	v, err := r.Version(ctx, tenant, id, number)
	if err != nil {
		return nil, err
	}
	compiled, problems := promo.Compile(v)
	if compiled == nil {
		return nil, verno.Conflict("programme_unpublished").With("problem", problems[0].Code)
	}
	kept = &rules{Rules: compiled, version: number}
	for i := range v.Promotions {
		if p := &v.Promotions[i]; p.Active && p.Type == welcome && (p.Limits.Total > 0 || p.Limits.Budget > 0) {
			kept.shared = append(kept.shared, p.ID)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept == nil {
		b.kept = map[verno.ProgrammeID]*rules{}
	}
	b.kept[id] = kept
	return kept, nil
}

// welcome is the type of promotion that gives something to those who join.
const welcome = "welcome_bonus"

func (r *rules) counters() []verno.PromotionID { return r.shared }

// zone is the store's time zone, or the programme's.
func (r *rules) zone(name string) (*time.Location, error) {
	if name == "" {
		name = r.Programme().TimeZone
	}
	return time.LoadLocation(name)
}

// welcome gives the new member what the rules give for joining. Somebody who was a member before and was erased gets
// nothing again, not with the first purchase either.
func (j *joining) welcome(p *books.Page, known bool) error {
	m, programme := &j.member, j.rules.Programme()
	o := p.Change(m.Owner)
	o.State.Enrolled[programme.ID] = verno.EnrolState{At: p.Now()}
	moment := verno.Moment{At: p.At().In(j.zone), Store: m.Store, Terminal: j.actor.Terminal, Channel: m.Channel}
	if known {
		j.welcomed(o, moment)
		return nil
	}
	facts := verno.MemberFacts{Tags: m.Tags}
	facts.Level, _, _ = progress.Level(programme.Levels, nil, moment.Month())
	in := promo.Input{Member: &facts, Moment: moment, Left: j.left(p)}
	var out verno.Outcome
	j.rules.Enrol(&in, false, &out)
	return j.grant(p, &out, moment)
}

// grant gives what the rules give outside of purchases, and counts the uses.
func (j *joining) grant(p *books.Page, out *verno.Outcome, moment verno.Moment) error {
	for i := range out.Awards {
		if err := j.give(p, &out.Awards[i], moment.At); err != nil {
			return err
		}
	}
	o := p.Change(j.member.Owner)
	for _, u := range out.Uses {
		use(o, u.Promotion, moment, u.Count)
		l := j.rules.Promotion(u.Promotion).Limits
		if l.Total == 0 && l.Budget == 0 {
			continue
		}
		c := store.CounterChange{Counter: store.Counter{Promotion: u.Promotion, Uses: u.Count, Cost: u.Cost}, MaxUses: noCap, MaxCost: noCap}
		if l.Total > 0 {
			c.MaxUses = l.Total
		}
		if l.Budget > 0 {
			c.MaxCost = l.Budget
		}
		p.Use(c)
	}
	return nil
}

const noCap = 1 << 62

// left says what the shared limits leave.
func (j *joining) left(p *books.Page) func(verno.PromotionID) promo.Left {
	return func(id verno.PromotionID) promo.Left {
		l, c := j.rules.Promotion(id).Limits, p.Counter(id)
		return promo.Left{Count: l.Total - c.Uses, Budget: l.Budget - c.Cost}
	}
}

// give puts an award into a lot of its own, as an entry of its own with its event.
func (j *joining) give(p *books.Page, award *verno.Award, at time.Time) error {
	m, programme := &j.member, j.rules.Programme()
	unit := verno.PointsUnit(programme.ID)
	lot := ledger.LotOf(p.NewLot(), &programme.Points, award, at, false)
	if lot.AvailableAt == ledger.UntilPurchase {
		p.Change(m.Owner).State.Waiting = true
	}
	far := ledger.Account{Owner: verno.ProgrammeOwner(programme.ID), Role: verno.AccountIssuance, Unit: unit}
	p.Holding(m.Owner, unit).Earn(p.Draft(), far, lot, int64(award.Points), ledger.WhyEarn)
	entry, err := p.Post(m.Owner, "award", j.why, j.actor.Name(), award.Promotion[:])
	if err != nil {
		return err
	}
	hash := entry.Hash()
	e := event(verno.EventPointsAwarded, j.actor, *m, m.ID.String(),
		"promotion", award.Promotion.String(), "points", award.Points.Format(programme.Points.Scale))
	e.Entry, e.Hash = entry.ID(), hash[:]
	p.Emit(e)
	return nil
}

// welcomed marks every welcome bonus of the version as used.
func (j *joining) welcomed(o *store.Owner, m verno.Moment) {
	promotions := j.rules.Version().Promotions
	for i := range promotions {
		if promotions[i].Type == welcome {
			use(o, promotions[i].ID, m, 1)
		}
	}
}

func use(o *store.Owner, id verno.PromotionID, m verno.Moment, n int64) {
	if o.State.Usage == nil {
		o.State.Usage = map[verno.PromotionID]verno.Usage{}
	}
	o.State.Usage[id] = o.State.Usage[id].Add(m.Day(), n)
}
