package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/exchange"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
)

// hands are what an import does through the other use cases.
type hands struct {
	*Server
	actor     verno.Actor
	programme verno.ProgrammeID
	store     verno.StoreID     // of receipts that name none
	counted   map[[16]byte]bool // stores and terminals that the report has as new
}

func (h *hands) all() exchange.Hands {
	return exchange.Hands{
		Places: h.places, Enrol: h.enrol, Sell: h.sell, Return: h.giveBack,
		Record: func(ctx context.Context, tx *store.Tx, at time.Time, e verno.Event) error {
			e.Actor = h.actor.Name()
			return books.Record(ctx, tx, at, rand.Reader, e)
		},
	}
}

// recent says whether something was made since a time that is not zero. Identifiers know the millisecond.
func recent(made, since time.Time) bool {
	return !since.IsZero() && !made.Before(since.Truncate(time.Millisecond))
}

// isNew says whether a store or terminal is to be counted as new: once, when it was opened now or since that time.
func (h *hands) isNew(id [16]byte, fresh bool, made, since time.Time) bool {
	if h.counted[id] || !fresh && !recent(made, since) {
		return false
	}
	if h.counted == nil {
		h.counted = map[[16]byte]bool{}
	}
	h.counted[id] = true
	return true
}

func (h *hands) places(ctx context.Context, list []exchange.Place, since time.Time) ([]exchange.Spot, int, error) {
	spots, opened := make([]exchange.Spot, len(list)), 0
	for i, p := range list {
		shop, fresh, err := h.shop(ctx, p)
		if err != nil {
			return nil, opened, err
		}
		spots[i].Store = shop
		if p.Store != "" && h.isNew(shop, fresh, shop.Time(), since) {
			opened++
		}
		if p.Terminal == "" {
			continue
		}
		if spots[i].Terminal, fresh, err = h.terminal(ctx, shop, p.Terminal); err != nil {
			return nil, opened, err
		}
		if h.isNew(spots[i].Terminal, fresh, spots[i].Terminal.Time(), since) {
			opened++
		}
	}
	return spots, opened, nil
}

// shop finds or opens the store of a place.
func (h *hands) shop(ctx context.Context, p exchange.Place) (id verno.StoreID, opened bool, err error) {
	r := h.Store.Reader()
	if p.Store == "" {
		if !h.store.IsZero() {
			return h.store, false, nil
		}
		id, err = h.first(ctx)
		return id, false, err
	}
	s, err := r.PlaceByExternalID(ctx, h.actor.Tenant, p.Store)
	if errors.Is(err, store.ErrNotFound) {
		s, err = h.Office.CreateStore(ctx, h.actor, h.Now(), campaign.Place{
			Programme: h.programme, ExternalID: p.Store, Name: p.Name, TimeZone: p.Zone,
		})
		return s.ID, err == nil, err
	}
	if err == nil && s.Programme != h.programme {
		err = fmt.Errorf("store %q belongs to another programme", p.Store)
	}
	return s.ID, false, err
}

// first is the programme's oldest store, whatever an import has opened since.
func (h *hands) first(ctx context.Context) (verno.StoreID, error) {
	const page = 500
	for after := (verno.StoreID{}); ; {
		list, err := h.Store.Reader().Places(ctx, h.actor.Tenant, after, page)
		if err != nil {
			return verno.StoreID{}, err
		}
		for _, s := range list {
			if after = s.ID; s.Programme == h.programme {
				return s.ID, nil
			}
		}
		if len(list) < page {
			return verno.StoreID{}, verno.Invalid("store_missing")
		}
	}
}

// terminal finds or adds a till.
func (h *hands) terminal(ctx context.Context, shop verno.StoreID, name string) (id verno.TerminalID, added bool, err error) {
	t, err := h.Store.Reader().TerminalByExternalID(ctx, h.actor.Tenant, name)
	if errors.Is(err, store.ErrNotFound) {
		made, err := h.Gate.CreateTerminal(ctx, h.actor, auth.NewTerminal{Store: shop, Name: name, ExternalID: name}, h.Now())
		return made.ID, err == nil, err
	}
	return t.ID, false, err
}

// enrol takes members in. Receipts of one who cannot be are rejected by the till.
func (h *hands) enrol(ctx context.Context, list []exchange.Member, since time.Time) (made int, err error) {
	now := h.Now()
	rows := make([]member.Row, len(list))
	for i, m := range list {
		if rows[i].EnrolledAt = m.EnrolledAt; m.EnrolledAt.After(now) {
			rows[i].EnrolledAt = now // The till rejects what occurs in the future; its member may have other receipts.
		}
		rows[i].Enrol = member.Enrol{
			Programme: h.programme, ExternalID: m.ExternalID, Channel: exchange.Channel, Store: m.Store, Metadata: m.About,
		}
	}
	outcomes, err := h.Roll.BulkUpsert(ctx, h.actor, now, rows)
	for _, o := range outcomes {
		if o.State == "created" || !o.Member.IsZero() && recent(o.Member.Time(), since) {
			made++
		}
	}
	return made, err
}

func (h *hands) sell(ctx context.Context, list []exchange.Sale) ([]exchange.Outcome, error) {
	replays := make([]checkout.Replay, len(list))
	for i, s := range list {
		replays[i] = checkout.Replay{
			Key: s.Key, BodyHash: s.BodyHash, Member: checkout.Identify{ExternalID: s.Member}, Tenders: s.Tenders, Number: s.Number,
			BusinessDate: s.BusinessDate, OccurredAt: s.OccurredAt, Charged: s.Charged,
			Sale: checkout.Sale{
				Basket: verno.Basket{Lines: s.Lines}, Spend: s.Spend, Store: s.Spot.Store, Terminal: s.Spot.Terminal,
				Channel: exchange.Channel,
			},
		}
	}
	done, err := h.Till.Replay(ctx, h.actor, replays)
	outcomes := make([]exchange.Outcome, len(done))
	for i, o := range done {
		outcomes[i] = exchange.Outcome{State: exchange.State(o.State), Receipt: o.Receipt, Err: o.Err}
	}
	return outcomes, err
}

// returnsAtOnce is how many returns are under way together, so that the books gather them into groups.
const returnsAtOnce = 64

func (h *hands) giveBack(ctx context.Context, list []exchange.Return) ([]exchange.Outcome, error) {
	outcomes := make([]exchange.Outcome, len(list))
	room := make(chan struct{}, returnsAtOnce)
	var group sync.WaitGroup
	for i, q := range list {
		room <- struct{}{}
		group.Go(func() {
			defer func() { <-room }()
			lines := make([]checkout.ReturnLine, len(q.Lines))
			for j, l := range q.Lines {
				lines[j] = checkout.ReturnLine(l)
			}
			outcomes[i] = exchange.OutcomeOf(h.Till.Return(ctx, h.actor, checkout.Return{
				Key: q.Key, BodyHash: q.BodyHash, Receipt: q.Receipt, Lines: lines, Terminal: q.Spot.Terminal, Number: q.Number,
				BusinessDate: q.BusinessDate, OccurredAt: q.OccurredAt, Channel: exchange.Channel,
			}))
		})
	}
	group.Wait()
	return outcomes, nil
}
