package member

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/progress"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Standing is how far a member has come in its programme.
type Standing struct {
	Currency  money.Currency
	Purchases int64
	LastAt    time.Time    // of the latest purchase; zero where there was none
	Months    int          // that count with the current one; 0 counts for life
	Spent     money.Amount // in these
	Level     string       // the name of the level reached; empty for none
	Next      string       // the name of the one after it; empty at the top, and where there are no levels
	Missing   money.Amount // to the next
}

// Standing says how far a member has come, by the version in force. Where nothing was published yet, nobody has come
// anywhere.
func (r *Roll) Standing(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID) (Standing, error) {
	if err := a.Require(reads); err != nil {
		return Standing{}, err
	}
	reader := r.Store.Reader()
	m, err := resolve(ctx, reader, a.Tenant, id)
	if err != nil {
		return Standing{}, err
	}
	rules, err := r.rules.of(ctx, reader, a.Tenant, m.Programme)
	if errors.Is(err, verno.Conflict("programme_unpublished")) {
		return Standing{}, nil
	}
	if err != nil {
		return Standing{}, missing(err, "programme")
	}
	zone, err := rules.zone("")
	if err != nil {
		return Standing{}, err
	}
	o, err := reader.Owner(ctx, a.Tenant, m.Owner)
	if err != nil {
		return Standing{}, err
	}
	return standing(rules.Programme(), &o, now.In(zone)), nil
}

func standing(p *verno.Programme, o *store.Owner, now time.Time) Standing {
	s := Standing{Currency: p.Currency, Purchases: o.State.Purchases, Months: p.Levels.WindowMonths}
	if o.State.LastAt != 0 {
		s.LastAt = verno.FromMicros(o.State.LastAt)
	}
	names := make(map[string]string, len(p.Levels.Levels))
	for _, l := range p.Levels.Levels {
		names[l.ID] = l.Name
	}
	level, spent, next := progress.Level(p.Levels, o.State.Spend, int32(now.Year()*100+int(now.Month())))
	s.Level, s.Spent = names[level], spent
	if next != nil {
		s.Next, s.Missing = names[next.Level], next.Missing
	}
	return s
}
