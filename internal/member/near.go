package member

import (
	"context"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

const (
	buysFor   = 180           // days back that say where a member buys
	busyDays  = 7             // days back that say where everybody does
	busySales = 20_000        // of which no more are looked at
	busyKept  = 6 * time.Hour // before it is looked at again
	mostSpots = 2_000         // stores of a chain among which is chosen
)

// nearby remembers the stores that cards may come up near to, by programme.
type nearby struct {
	mu   sync.Mutex
	kept map[verno.ProgrammeID]spots
}

type spots struct {
	state store.PlacesState
	list  []card.Spot
	shops []card.Link // online ones
	busy  time.Time   // when it was counted how busy they are
}

// near are the places of a member's card at a moment, and the online shops, which are no places.
func (r *Roll) near(ctx context.Context, reader *store.Reader, m verno.Member, now time.Time) ([]card.Place, []card.Link, error) {
	kept, err := r.spots(ctx, reader, m.Tenant, m.Programme, now)
	list := kept.list
	if err != nil || len(list) <= card.MaxPlaces {
		return card.Near(list), kept.shops, err
	}
	bought, err := reader.SalesOf(ctx, m.Tenant, m.Owner, now.AddDate(0, 0, -buysFor))
	if err != nil {
		return nil, nil, err
	}
	mine := make([]card.Spot, len(list))
	copy(mine, list)
	for i := range mine {
		mine[i].Bought = timesAt(bought, mine[i].ID)
	}
	return card.Near(mine), kept.shops, nil
}

// spots are the open stores of a programme whose positions are known. They are read anew when any store has changed.
func (r *Roll) spots(ctx context.Context, reader *store.Reader, tenant verno.TenantID, programme verno.ProgrammeID, now time.Time) (spots, error) {
	state, err := reader.PlacesState(ctx, tenant)
	if err != nil {
		return spots{}, err
	}
	r.nearby.mu.Lock()
	kept, ok := r.nearby.kept[programme]
	r.nearby.mu.Unlock()
	if ok && kept.state == state && now.Sub(kept.busy) < busyKept {
		return kept, nil
	}
	fresh := spots{state: state, busy: now}
	if err = fresh.read(ctx, reader, tenant, programme, now); err != nil {
		return spots{}, err
	}
	r.nearby.mu.Lock()
	defer r.nearby.mu.Unlock()
	if r.nearby.kept == nil {
		r.nearby.kept = map[verno.ProgrammeID]spots{}
	}
	r.nearby.kept[programme] = fresh
	return fresh, nil
}

func (s *spots) read(ctx context.Context, reader *store.Reader, tenant verno.TenantID, programme verno.ProgrammeID, now time.Time) error {
	all, err := reader.Places(ctx, tenant, verno.StoreID{}, mostSpots)
	if err != nil {
		return err
	}
	for i := range all {
		p := &all[i]
		switch {
		case p.Programme != programme || !p.ClosedAt.IsZero():
		case p.Online:
			if len(s.shops) < card.MaxShops {
				s.shops = append(s.shops, card.Link{Title: card.Same(p.Name), URL: p.WebAddress})
			}
		case p.Latitude != nil && p.Longitude != nil:
			s.list = append(s.list, card.Spot{ID: p.ID, Place: card.Place{
				Name: p.Name, LatitudeE6: *p.Latitude, LongitudeE6: *p.Longitude, Greeting: card.Text(p.Greeting),
			}})
		}
	}
	if len(s.list) <= card.MaxPlaces {
		return nil
	}
	from := now.AddDate(0, 0, -busyDays)
	busy, err := reader.SalesAnywhere(ctx, tenant, int32(from.Year()*10_000+int(from.Month())*100+from.Day()), busySales)
	for i := range s.list {
		s.list[i].Busy = timesAt(busy, s.list[i].ID)
	}
	return err
}

func timesAt(counts []store.Count, id verno.StoreID) int64 {
	for i := range counts {
		if counts[i].Place == id {
			return counts[i].Times
		}
	}
	return 0
}
