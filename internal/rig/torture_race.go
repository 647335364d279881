package rig

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// crowd is how many come at once for the same value.
const crowd = 30

// contest is one kind of race.
type contest struct {
	name string
	run  func(r *rack, ctx context.Context, m *racer) error
}

// contests are run in turn, each with a member of its own.
var contests = []contest{
	{"points", (*rack).racePoints},
	{"stored money", (*rack).raceMoney},
	{"whole returns", (*rack).raceWholeReturns},
	{"partial returns", (*rack).racePartialReturns},
	{"captures", (*rack).raceCaptures},
	{"captures and releases", (*rack).raceEnds},
	{"a freeze", (*rack).raceFreeze},
	{"a block", (*rack).raceBlock},
	{"expiry", (*rack).raceExpiry},
}

// racer is the member whose value a race is for.
type racer struct {
	id       string
	card     string // its identifier
	number   string // of the card
	presence string
	has      Value // by what was acknowledged
	lapses   bool  // what is left of the points lapses in the race
}

// What a race is for, and what each of the crowd wants of it: there is enough for ten.
const (
	racePoints  = 100
	eachPoints  = 10
	raceMoney   = 100_000
	eachMoney   = 10_000
	enoughFor   = 10
	racePieces  = enoughFor
	priceOfRace = 2 * eachPoints * pointWorth // Points pay half of it, and what is left earns none.
)

// races lets a crowd come at once for one value, in rounds.
func (r *rack) races(ctx context.Context) error {
	for r.more(ctx) {
		c := contests[r.Cycles%len(contests)]
		m, err := r.racer(ctx)
		if err == nil {
			err = c.run(r, ctx, m)
		}
		if err == nil {
			err = r.counted(ctx, c.name, m)
		}
		if err != nil {
			return fmt.Errorf("a race for %s: %w", c.name, err)
		}
		r.Cycles++
		r.Say("races", r.Cycles, r.Rounds)
	}
	return ctx.Err()
}

// mortal lets points lapse at the end of the day after they were given.
func (r *rack) mortal(ctx context.Context) error {
	path := "/api/v1/programmes/" + r.stage.Live.Programme
	var p struct {
		Draft    map[string]any `json:"draft"`
		Revision int64          `json:"revision"`
	}
	client := NewClient(r.caller.base, r.caller.token, 1)
	if err := client.Call(ctx, http.MethodGet, path, "", nil, &p); err != nil {
		return err
	}
	points, _ := p.Draft["points"].(map[string]any)
	points["expiry"] = map[string]any{"kind": "after_days", "number": 1}
	if err := client.CallIf(ctx, http.MethodPut, path, strconv.FormatInt(p.Revision, 10), p.Draft, nil); err != nil {
		return err
	}
	return publish(ctx, client, r.stage.Live.Programme)
}

// racer brings a member in with points, money and a card.
func (r *rack) racer(ctx context.Context) (*racer, error) {
	var made struct {
		Member struct {
			ID string `json:"id"`
		} `json:"member"`
		Cards []struct {
			ID     string `json:"id"`
			Number string `json:"number"`
		} `json:"cards"`
	}
	body := map[string]any{"external_id": r.stage.newKey("racer"), "issue_card": true}
	if err := r.caller.ask(ctx, http.MethodPost, "/api/v1/members", body, &made); err != nil {
		return nil, err
	}
	m := &racer{id: made.Member.ID, card: made.Cards[0].ID, number: made.Cards[0].Number}
	for _, o := range []*order{r.stage.adjust(m.id, racePoints), r.stage.topUp(m.id, raceMoney)} {
		if _, err := r.must(ctx, m, o); err != nil {
			return nil, err
		}
	}
	var err error
	m.presence, err = r.presence(ctx, m.id)
	return m, err
}

// must places an order that has to be acknowledged.
func (r *rack) must(ctx context.Context, m *racer, o *order) (*told, error) {
	a, err := r.place(ctx, o)
	if err != nil {
		return nil, err
	}
	if !a.done() {
		return nil, fmt.Errorf("%s: %s", o.Kind, a)
	}
	t, err := o.tell(a.body)
	if err == nil {
		m.has.add(o.effect(t))
	}
	return t, err
}

// rush places orders all at once and returns the answers of those that were acknowledged. What is not done in a race is
// refused; whoever is asked to come back does, with the same key.
func (r *rack) rush(ctx context.Context, m *racer, orders []*order) ([]*told, error) {
	replies := make([]*reply, len(orders))
	errs := make([]error, len(orders))
	var group sync.WaitGroup
	gate := make(chan struct{})
	for i, o := range orders {
		group.Go(func() {
			<-gate
			replies[i], errs[i] = r.place(ctx, o)
			if a := replies[i]; errs[i] == nil && a.status == http.StatusServiceUnavailable {
				replies[i], errs[i] = r.resolve(ctx, o, a, r.Clock().Add(resolvePatience))
			}
		})
	}
	close(gate)
	group.Wait()
	var won []*told
	for i, a := range replies {
		switch {
		case errs[i] != nil:
			return nil, errs[i]
		case a == nil: // It has been blamed for that.
		case a.done():
			t, err := orders[i].tell(a.body)
			if err != nil {
				return nil, err
			}
			won = append(won, t)
			m.has.add(orders[i].effect(t))
		case a.err != nil:
			return nil, a.err
		}
	}
	return won, ctx.Err()
}

// many makes the orders of a crowd.
func many(n int, next func() *order) (all []*order) {
	for range n {
		all = append(all, next())
	}
	return all
}

// exactly sees that as many won as there was value for.
func (r *rack) exactly(what string, m *racer, won, want int) {
	switch {
	case won > want:
		r.blamef(&r.Overspent, "%d of %d %s of member %s were done, where there was enough for %d", won, crowd, what, m.id, want)
	case won < want:
		r.blamef(&r.Wrong, "only %d of %d %s of member %s were done, where there was enough for %d", won, crowd, what, m.id, want)
	}
}

// counted sees that a member has what is left by what was acknowledged.
func (r *rack) counted(ctx context.Context, what string, m *racer) error {
	b, err := r.balance(ctx, m.id)
	if err != nil {
		return err
	}
	if b.Points < 0 || b.money() < 0 {
		r.blamef(&r.Overspent, "after a race for %s member %s has %d points and %d money", what, m.id, b.Points, b.money())
	}
	if m.lapses {
		m.has.Points = b.Points
		if b.Available != 0 {
			r.blamef(&r.Wrong, "member %s may spend %d points that have lapsed", m.id, b.Available)
		}
	}
	if b.Points != m.has.Points || b.money() != m.has.Money {
		r.blamef(&r.Wrong, "after a race for %s member %s has %d points and %d money; what was acknowledged makes %d and %d",
			what, m.id, b.Points, b.money(), m.has.Points, m.has.Money)
	}
	return nil
}

// spend is a sale of which ten points pay a half.
func (r *rack) spend(m *racer) *order {
	line := goodsLine{ID: "1", SKU: "4600000001", Name: "Goods", Category: "food", Quantity: "1", Price: rubles(priceOfRace)}
	return r.stage.sale(m.id, m.presence, []goodsLine{line}, priceOfRace, payment{points: eachPoints})
}

func (r *rack) racePoints(ctx context.Context, m *racer) error {
	won, err := r.rush(ctx, m, many(crowd, func() *order { return r.spend(m) }))
	r.exactly("spends of points", m, len(won), enoughFor)
	return err
}

func (r *rack) raceMoney(ctx context.Context, m *racer) error {
	line := goodsLine{ID: "1", SKU: "4600000001", Name: "Goods", Category: "food", Quantity: "1", Price: rubles(eachMoney)}
	won, err := r.rush(ctx, m, many(crowd, func() *order {
		return r.stage.sale(m.id, m.presence, []goodsLine{line}, eachMoney, payment{stored: eachMoney})
	}))
	r.exactly("spends of money", m, len(won), enoughFor)
	return err
}

// bought is a sale of ten pieces, paid with all that can pay.
func (r *rack) bought(ctx context.Context, m *racer) (*sold, error) {
	line := goodsLine{ID: "1", SKU: "4600000001", Name: "Goods", Category: "food", Quantity: strconv.Itoa(racePieces), Price: rubles(priceOfRace)}
	o := r.stage.sale(m.id, m.presence, []goodsLine{line}, racePieces*priceOfRace, payment{points: 37, stored: 4_321})
	t, err := r.must(ctx, m, o)
	if err != nil {
		return nil, err
	}
	return &sold{key: o.Key, id: t.ID, member: m.id}, nil
}

func (r *rack) raceWholeReturns(ctx context.Context, m *racer) error {
	sale, err := r.bought(ctx, m)
	if err != nil {
		return err
	}
	won, err := r.rush(ctx, m, many(crowd, func() *order { return r.stage.back(sale, "", 0) }))
	r.exactly("whole returns", m, len(won), 1)
	return err
}

func (r *rack) racePartialReturns(ctx context.Context, m *racer) error {
	sale, err := r.bought(ctx, m)
	if err != nil {
		return err
	}
	won, err := r.rush(ctx, m, many(crowd, func() *order { return r.stage.back(sale, "1", 1) }))
	r.exactly("returns of a piece", m, len(won), racePieces)
	return err
}

// reserved holds all the money.
func (r *rack) reserved(ctx context.Context, m *racer) (held, error) {
	t, err := r.must(ctx, m, r.stage.hold(m.id, m.presence, "money", raceMoney))
	if err != nil {
		return held{}, err
	}
	return held{id: t.ID, member: m.id, kind: "money", amount: raceMoney}, nil
}

func (r *rack) raceCaptures(ctx context.Context, m *racer) error {
	h, err := r.reserved(ctx, m)
	if err != nil {
		return err
	}
	won, err := r.rush(ctx, m, many(crowd, func() *order { return r.stage.end(h, eachMoney) }))
	r.exactly("captures", m, len(won), 1)
	return err
}

func (r *rack) raceEnds(ctx context.Context, m *racer) error {
	h, err := r.reserved(ctx, m)
	if err != nil {
		return err
	}
	n := 0
	won, err := r.rush(ctx, m, many(crowd, func() *order {
		n++
		return r.stage.end(h, int64(n%2)*eachMoney)
	}))
	r.exactly("captures and releases", m, len(won), 1)
	return err
}

func (r *rack) raceFreeze(ctx context.Context, m *racer) error {
	return r.against(ctx, m, "/api/v1/members/"+m.id+"/freeze", nil)
}

func (r *rack) raceBlock(ctx context.Context, m *racer) error {
	var got identified
	err := r.caller.ask(ctx, http.MethodPost, "/api/v1/identifications", map[string]string{"scan": m.number, "store_id": r.stage.Live.Store}, &got)
	if err != nil {
		return err
	}
	m.presence = got.Presence
	return r.against(ctx, m, "/api/v1/cards/"+m.card+"/block", map[string]any{"reason": "lost"})
}

// against lets a crowd spend while something bars it: what was acknowledged first stands, and after the bar nothing is.
func (r *rack) against(ctx context.Context, m *racer, bar string, body map[string]any) error {
	barred, moment := make(chan error, 1), time.Duration(r.draw.Int64N(int64(5*time.Millisecond)))
	go func() {
		wait(ctx, moment)
		barred <- r.caller.ask(ctx, http.MethodPost, bar, body, nil)
	}()
	won, err := r.rush(ctx, m, many(crowd, func() *order { return r.spend(m) }))
	if errBar := <-barred; err == nil {
		err = errBar
	}
	if err != nil {
		return err
	}
	if len(won) > enoughFor {
		r.exactly("spends of points", m, len(won), enoughFor)
	}
	late, err := r.rush(ctx, m, many(crowd, func() *order { return r.spend(m) }))
	if len(late) > 0 {
		r.blamef(&r.Overspent, "%d spends of member %s were done after %s", len(late), m.id, bar)
	}
	return err
}

// raceExpiry moves Verno's clock to just before the points lapse and lets a crowd spend them while they do.
func (r *rack) raceExpiry(ctx context.Context, m *racer) error {
	b, err := r.balance(ctx, m.id)
	if err != nil {
		return err
	}
	if len(b.Expiring) == 0 {
		return fmt.Errorf("the points of member %s do not lapse", m.id)
	}
	end := b.Expiring[0].At
	const before = 1200 * time.Millisecond
	if err := r.moveClock(ctx, end.Add(-before)); err != nil {
		return err
	}
	if m.presence, err = r.presence(ctx, m.id); err != nil {
		return err
	}
	m.lapses = true
	for spent := 0; r.now().Before(end.Add(before)) && ctx.Err() == nil; wait(ctx, before/4) {
		won, err := r.rush(ctx, m, many(2, func() *order { return r.spend(m) }))
		if err != nil {
			return err
		}
		for _, t := range won {
			if spent++; !t.ReceivedAt.Before(end) {
				r.blamef(&r.Overspent, "points of member %s that lapse at %v were spent at %v", m.id, end, t.ReceivedAt)
			}
		}
		if spent > enoughFor {
			r.exactly("spends of points", m, spent, enoughFor)
		}
	}
	return ctx.Err()
}
