package rig

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// World is a tenant made for trying out: stores, promotions, and members with points in lots.
type World struct {
	Server    *server.Server
	Actor     verno.Actor
	Programme verno.ProgrammeID
	Stores    []verno.StoreID
	Members   []verno.MemberID
}

// Size says how large a world is.
type Size struct {
	Members    int
	Stores     int
	Promotions int // in force, of which three apply to the baskets of the benchmark
	MostLots   int // a member has from one lot to so many
}

// Build makes a world in the server's database, whatever else is there. It reports what it is at through say.
func Build(ctx context.Context, s *server.Server, size Size, say func(what string, done, of int)) (*World, error) {
	w := &World{Server: s}
	tenant := verno.NewID[verno.TenantID](s.Now(), rand.Reader)
	w.Actor = verno.Actor{Tenant: tenant, May: ^verno.Permission(0), Live: true}
	opened := campaign.Opened{}
	err := s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertTenant(ctx, store.Tenant{ID: tenant, Name: "Rig", Live: true, Language: "en", CreatedAt: s.Now()}); err != nil {
			return err
		}
		if err := s.Vault.NewTenant(ctx, tx, tenant, s.Now()); err != nil {
			return err
		}
		var err error
		opened, err = s.Office.Bootstrap(ctx, tx, w.Actor, s.Now(), campaign.Opening{
			Issuer: "Rig Ltd", Programme: "Rig", Currency: "RUB", TimeZone: "Europe/Moscow", Store: "Store 1",
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make a tenant: %w", err)
	}
	w.Programme = opened.Programme
	w.Stores = append(w.Stores, opened.Store)
	for i := 1; i < size.Stores; i++ {
		made, err := s.Office.CreateStore(ctx, w.Actor, s.Now(), campaign.Place{Programme: w.Programme, Name: fmt.Sprintf("Store %d", i+1)})
		if err != nil {
			return nil, err
		}
		w.Stores = append(w.Stores, made.ID)
	}
	if err := w.promote(ctx, size.Promotions); err != nil {
		return nil, fmt.Errorf("publish promotions: %w", err)
	}
	return w, w.enrol(ctx, size, say)
}

// promote drafts and publishes promotions: a few that apply to the benchmark's baskets, and others that look at other
// goods, levels and hours.
func (w *World) promote(ctx context.Context, n int) error {
	s := w.Server
	list := []verno.Promotion{
		{Name: "10 % off dairy", Type: "percent_discount", Goods: verno.Goods{Categories: []string{"food/dairy"}}, Settings: json.RawMessage(`{"percent":"10"}`)},
		{Name: "Double points on coffee", Type: "points_multiplier", Goods: verno.Goods{Categories: []string{"food/coffee"}}, Settings: json.RawMessage(`{"times":2}`)},
	}
	for i := len(list) + 1; i < n; i++ {
		p := verno.Promotion{Name: fmt.Sprintf("Other offer %d", i), Settings: json.RawMessage(`{"percent":"5"}`), Type: "percent_discount"}
		switch i % 4 {
		case 0:
			p.Goods.Categories = []string{fmt.Sprintf("home/aisle-%d", i)}
		case 1:
			p.Goods.SKUs = []string{fmt.Sprintf("other-%d", i), fmt.Sprintf("other-%d-b", i)}
		case 2:
			p.Schedule.Stores = []verno.StoreID{w.Stores[len(w.Stores)-1]}
			p.Goods.Categories = []string{fmt.Sprintf("garden/aisle-%d", i)}
		default:
			p.Audience.Tags = []string{"staff"}
		}
		list = append(list, p)
	}
	for _, p := range list {
		p.Active = true
		if _, err := s.Office.CreatePromotion(ctx, w.Actor, s.Now(), w.Programme, p); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	draft, err := s.Office.Programme(ctx, w.Actor, w.Programme)
	if err != nil {
		return err
	}
	draft.Draft.Points.StaticDaily = money.MaxPoints
	draft.Draft.Points.Expiry = verno.ExpiryTerms{Kind: "after_months", Number: 12}
	if draft, err = s.Office.ChangeProgramme(ctx, w.Actor, s.Now(), draft.Revision, draft.Draft); err != nil {
		return err
	}
	_, err = s.Office.Publish(ctx, w.Actor, s.Now(), w.Programme, draft.Revision, "rig")
	s.Till.Forget(w.Actor.Tenant)
	return err
}

// enrol makes members with points: the rows in large transactions, the points through the books like all others.
func (w *World) enrol(ctx context.Context, size Size, say func(string, int, int)) error {
	s := w.Server
	unit := verno.PointsUnit(w.Programme)
	far := ledger.Account{Owner: verno.ProgrammeOwner(w.Programme), Role: verno.AccountIssuance, Unit: unit}
	const chunk = 2000
	for len(w.Members) < size.Members {
		n := min(chunk, size.Members-len(w.Members))
		ids := make([]verno.MemberID, n)
		for i := range ids {
			ids[i] = verno.NewID[verno.MemberID](s.Now(), rand.Reader)
		}
		err := s.Store.Write(ctx, func(tx *store.Tx) error { return w.rows(ctx, tx, ids, len(w.Members)) })
		if err != nil {
			return fmt.Errorf("enrol: %w", err)
		}
		pending := make([]*books.Pending, n)
		for i, id := range ids {
			pending[i] = s.Books.Submit(w.award(verno.MemberOwner(id), unit, far, 1+mathrand.IntN(max(1, size.MostLots))))
		}
		for _, p := range pending {
			if _, err := p.Wait(ctx); err != nil {
				return fmt.Errorf("give points: %w", err)
			}
		}
		w.Members = append(w.Members, ids...)
		say("members", len(w.Members), size.Members)
	}
	return nil
}

// rows adds members with their owners.
func (w *World) rows(ctx context.Context, tx *store.Tx, ids []verno.MemberID, from int) error {
	now := w.Server.Now()
	owners := make([]*store.Owner, len(ids))
	for i, id := range ids {
		_, err := tx.InsertMember(ctx, verno.Member{
			ID: id, Tenant: w.Actor.Tenant, Owner: verno.MemberOwner(id), Programme: w.Programme, Channel: "rig",
			ExternalID: fmt.Sprintf("%s-%d", w.Actor.Tenant, from+i), Revision: 1, EnrolledAt: now, UpdatedAt: now,
		})
		if err != nil {
			return err
		}
		owners[i] = &store.Owner{Tenant: w.Actor.Tenant, ID: verno.MemberOwner(id), Kind: "member"}
	}
	tx.Bulk().PutOwners(owners)
	return tx.Bulk().Flush(ctx)
}

// award gives points in so many lots, each of another expiry.
func (w *World) award(owner verno.OwnerID, unit verno.UnitID, far ledger.Account, lots int) *books.Work {
	return &books.Work{
		Tenant: w.Actor.Tenant, Owners: []books.Want{{Owner: owner, Units: []verno.UnitID{unit}}},
		Decide: func(p *books.Page) (books.Result, error) {
			h := p.Holding(owner, unit)
			for i := range lots {
				lot := ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: verno.Micros(p.At().AddDate(0, 6+i, 0))}
				h.Earn(p.Draft(), far, lot, 500, ledger.WhyEarn)
			}
			entry, err := p.Post(owner, "award", "rig", "verno", nil)
			if err != nil {
				return books.Result{}, err
			}
			hash := entry.Hash()
			p.Emit(verno.Event{Kind: verno.EventPointsAwarded, Owner: owner, Actor: "verno", Entry: entry.ID(), Hash: hash[:]})
			return books.Result{Owner: owner}, nil
		},
	}
}

// Shuffle puts the members into another order, so that the next load is by others, from all over the table.
func (w *World) Shuffle() {
	mathrand.Shuffle(len(w.Members), func(a, b int) { w.Members[a], w.Members[b] = w.Members[b], w.Members[a] })
}

// KEK draws a key-encryption key for a world that nobody keeps.
func KEK() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	return base64.StdEncoding.EncodeToString(key)
}
