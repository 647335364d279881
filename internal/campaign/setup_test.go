package campaign_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

var now = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

// bundle is an office with a chain that has just been opened.
type bundle struct {
	t      *testing.T
	ctx    context.Context
	store  *store.Store
	office *campaign.Office
	actor  verno.Actor
	made   campaign.Opened
}

// each runs a test on both engines, with a fresh chain.
func each(t *testing.T, fn func(b *bundle)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Helper()
		b := setup(t, s)
		b.made = b.bootstrap(b.actor)
		fn(b)
	})
}

func setup(t *testing.T, s *store.Store) *bundle {
	t.Helper()
	b := &bundle{t: t, ctx: t.Context(), store: s, office: &campaign.Office{Store: s, Entropy: rand.Reader}}
	b.actor = b.tenant("Чайка")
	return b
}

// tenant makes one more tenant, and its owner.
func (b *bundle) tenant(name string) verno.Actor {
	b.t.Helper()
	id := verno.NewID[verno.TenantID](now, rand.Reader)
	err := b.store.Write(b.ctx, func(tx *store.Tx) error {
		return tx.InsertTenant(b.ctx, store.Tenant{ID: id, Name: name, Live: true, Language: "ru", CreatedAt: now})
	})
	b.must(err)
	return verno.Actor{
		Tenant: id, Staff: verno.NewID[verno.StaffID](now, rand.Reader), Role: verno.RoleOwner,
		May: verno.RoleOwner.Permissions(), Live: true,
	}
}

func (b *bundle) bootstrap(actor verno.Actor) (made campaign.Opened) {
	b.t.Helper()
	b.must(b.store.Write(b.ctx, func(tx *store.Tx) (err error) {
		made, err = b.office.Bootstrap(b.ctx, tx, actor, now, campaign.Opening{
			Issuer: "ООО «Чайка»", TaxID: "7700000000", Programme: "Чайка", Currency: "RUB", TimeZone: "Europe/Moscow",
			Store: "Чайка на Садовой", StoreExternalID: "S1",
		})
		return err
	}))
	return made
}

func (b *bundle) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// refused sees that an error has a code.
func (b *bundle) refused(err error, code string) {
	b.t.Helper()
	if e := verno.AsError(err); e == nil || e.Code != code {
		b.t.Fatalf("got %v, want %s", err, code)
	}
}

// wrong sees that a request is invalid at a field.
func (b *bundle) wrong(err error, pointer, code string) {
	b.t.Helper()
	var e *verno.Error
	if !errors.As(err, &e) || e.Kind != verno.KindInvalid {
		b.t.Fatalf("got %v, want an invalid request", err)
	}
	for _, f := range e.Fields {
		if f.Pointer == pointer && f.Code == code {
			return
		}
	}
	b.t.Fatalf("got %v, want %s at %s", err, code, pointer)
}

// percentOff is the draft of a promotion that any programme can have.
func percentOff(name, percent string) verno.Promotion {
	return verno.Promotion{
		Name: name, Type: "percent_discount", Active: true, Settings: json.RawMessage(`{"percent":"` + percent + `"}`),
	}
}
