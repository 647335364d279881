package checkout

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/fraud"
	"github.com/verno-loyalty/verno/internal/store"
)

// TaskTwoPlaces asks a person to look at a card of which the same printed code was shown in two places, farther apart than
// anybody travels in the time between. Its Ref is the member, its Detail a Sightings.
const TaskTwoPlaces = "two_places"

// Sightings are what is said of a code that was shown twice: where, at which till and when it was, first and then.
type Sightings struct {
	First, Second verno.Sighting
}

// sight remembers where a card's code is shown now, and says where it was shown before. It is for the page of the card's
// owner. Codes that say nothing of a place are remembered only where they can be compared.
func (t *Till) sight(page *books.Page, a verno.Actor, pl *place, p *verno.Presence) (*store.Owner, error) {
	o := page.Owner(p.Owner)
	here := verno.Sighting{Store: pl.store.ID, Terminal: pl.terminal, At: page.Now(), Step: p.Step}
	static := p.Method == verno.MethodStaticCode
	if p.Card.IsZero() || !static && p.Method != verno.MethodLiveCode || static && pl.store.Latitude == nil {
		return o, nil
	}
	before, seen := o.State.Sighted[p.Card]
	here.Told = before.Told
	if seen && static && pl.tooFar(before, here) {
		both := Sightings{before, here}
		page.Emit(verno.Event{
			Kind: verno.EventCodeTwoPlaces, Owner: p.Owner, Subject: p.Card.String(), Actor: a.Name(), Detail: both.detail(p),
		})
		if here.At-before.Told >= (24 * time.Hour).Microseconds() {
			here.Told = here.At
			detail, err := json.Marshal(both)
			if err != nil {
				return nil, err
			}
			page.PutTask(verno.Task{
				ID: page.NewTask(), Kind: TaskTwoPlaces, Owner: p.Owner, Ref: p.Member.String(), Detail: string(detail), CreatedAt: page.At(),
			})
		}
	}
	o = page.Change(p.Owner)
	if o.State.Sighted == nil {
		o.State.Sighted = map[verno.CardID]verno.Sighting{}
	}
	o.State.Sighted[p.Card] = here
	return o, nil
}

// tooFar says whether nobody gets from one sighting to the other in the time between. Of shops of which it is not known
// where they are nothing is said.
func (pl *place) tooFar(first, second verno.Sighting) bool {
	from, to := pl.config.stores[first.Store], pl.config.stores[second.Store]
	if from == nil || to == nil || from.Latitude == nil || from.Longitude == nil || to.Latitude == nil || to.Longitude == nil {
		return false
	}
	between := time.Duration(second.At-first.At) * time.Microsecond
	return fraud.OutOfReach(fraud.Point{LatitudeE6: *from.Latitude, LongitudeE6: *from.Longitude},
		fraud.Point{LatitudeE6: *to.Latitude, LongitudeE6: *to.Longitude}, between)
}

// detail are both sightings as an event tells them. Where nothing is known of the first, it tells of the second alone.
func (s *Sightings) detail(p *verno.Presence) map[string]string {
	d := map[string]string{
		"member": p.Member.String(), "terminal": s.Second.Terminal.String(), "store": s.Second.Store.String(),
		"at": stamp(s.Second.At), "method": string(p.Method),
	}
	if p.Method != verno.MethodStaticCode {
		d["step"] = strconv.FormatInt(p.Step, 10)
	}
	if s.First.At != 0 {
		d["first_terminal"], d["first_store"], d["first_at"] = s.First.Terminal.String(), s.First.Store.String(), stamp(s.First.At)
	}
	return d
}

func stamp(micros int64) string { return verno.FromMicros(micros).UTC().Format(time.RFC3339) }

// sighted records that a live code, or what a phone said to a reader, was shown a second time, which is how a stolen one
// shows itself, with where it was shown first. The refusal stands whether or not it can be recorded.
func (t *Till) sighted(ctx context.Context, a verno.Actor, pl *place, p *verno.Presence, first verno.Sighting) {
	now := t.clock()
	both := Sightings{Second: verno.Sighting{Store: pl.store.ID, Terminal: pl.terminal, At: verno.Micros(now), Step: p.Step}}
	if p.Method == verno.MethodLiveCode && first.Step == p.Step {
		both.First = first
	}
	_ = t.store.Write(ctx, func(tx *store.Tx) error {
		return books.Record(ctx, tx, now, t.entropy, verno.Event{
			Tenant: a.Tenant, Kind: verno.EventCodeReused, Owner: p.Owner, Subject: p.Card.String(), Actor: a.Name(), Detail: both.detail(p),
		})
	})
}
