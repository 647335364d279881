package member

import (
	"crypto/sha256"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Bounds are what one who adjusts may do alone, in whole points. Insiders give themselves points in one large step or in
// many small ones, so both are bounded.
type Bounds struct {
	Once     money.Points // at once, for whoever may adjust up to a limit; zero leaves nothing
	Daily    money.Points // in a day of the programme, for the same; zero bounds nothing
	AnyOnce  money.Points // at once, for whoever may adjust any; zero bounds nothing
	AnyDaily money.Points // in a day, for the same; zero bounds nothing
}

// bounds are one actor's, in smallest units.
type bounds struct {
	once, daily money.Points
	scale       int
	person      bool // who can be asked about it: others have nothing to propose
}

func (r *Roll) boundsOf(a verno.Actor, scale int) bounds {
	b := bounds{scale: scale, person: !a.Staff.IsZero(), once: whole(r.Adjusting.Once, scale), daily: whole(r.Adjusting.Daily, scale)}
	if a.May.Has(verno.MayAdjustAny) {
		b.once, b.daily = whole(orMost(r.Adjusting.AnyOnce), scale), whole(r.Adjusting.AnyDaily, scale)
	}
	b.daily = orMost(b.daily)
	return b
}

// AtOnce is how many points an actor adjusts at once without asking a second person, in smallest units.
func (r *Roll) AtOnce(a verno.Actor, scale int) money.Points { return r.boundsOf(a, scale).once }

// whole is a number of whole points in smallest units, as many as there can be at most.
func whole(n money.Points, scale int) money.Points {
	for ; scale > 0 && n < money.MaxPoints; scale-- {
		n *= 10
	}
	return min(n, money.MaxPoints)
}

func orMost(n money.Points) money.Points {
	if n == 0 {
		return money.MaxPoints
	}
	return n
}

// count adds to what the actor has adjusted today, or refuses. The books guard the sum, so that many at once do not pass
// together, whomever they adjust.
func (b bounds) count(p *books.Page, day verno.PromotionID, size money.Points) error {
	if b.daily == money.MaxPoints {
		return nil
	}
	used := money.Points(p.Counter(day).Cost)
	if used+size > b.daily {
		return verno.Refused("adjust_daily").With("limit", b.daily.Format(b.scale)).With("left", max(0, b.daily-used).Format(b.scale))
	}
	p.Use(store.CounterChange{
		Counter: store.Counter{Promotion: day, Uses: 1, Cost: int64(size)}, MaxUses: int64(money.MaxPoints), MaxCost: int64(b.daily),
	})
	return nil
}

// adjustedOn names the counter of what an actor adjusts in a day. Counters are told apart by sixteen bytes, and no
// promotion has these.
func adjustedOn(a verno.Actor, day string) (id verno.PromotionID) {
	sum := sha256.Sum256([]byte("adjusted " + a.Name() + " " + day))
	copy(id[:], sum[:])
	return id
}

func dayIn(now time.Time, zone *time.Location) string {
	year, month, day := now.In(zone).Date()
	return strconv.Itoa((year*100+int(month))*100 + day)
}
