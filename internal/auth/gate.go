package auth

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Config is what a gate is made of. Zero durations and numbers choose the defaults.
type Config struct {
	Store *store.Store
	Vault *vault.Vault
	// Record writes an event into the books in the transaction of the change that it tells of.
	Record func(ctx context.Context, tx *store.Tx, e verno.Event) error
	// Entropy is for identifiers and tokens. It must be unpredictable and safe for concurrent use, as crypto/rand.Reader is.
	Entropy io.Reader

	Hashing     Hashing
	Idle        time.Duration // a session without use ends, 30 minutes
	Lasts       time.Duration // a session ends in any case, 12 hours
	CashierIdle time.Duration // the same at a till, 30 minutes
	Shift       time.Duration // and 16 hours
}

// Gate lets in and keeps out. It may be used by many at once.
type Gate struct {
	Config
	hasher *vault.Hasher
	cache  *cache
}

// New makes a gate.
func New(c Config) *Gate {
	c.Idle = orElse(c.Idle, 30*time.Minute)
	c.Lasts = orElse(c.Lasts, 12*time.Hour)
	c.CashierIdle = orElse(c.CashierIdle, 30*time.Minute)
	c.Shift = orElse(c.Shift, 16*time.Hour)
	return &Gate{Config: c, hasher: vault.NewHasher(c.Hashing), cache: newCache()}
}

// Operator is the actor of whoever runs Verno's own commands on the machine: nothing is kept from them anyway.
func Operator(tenant verno.TenantID) verno.Actor {
	return verno.Actor{Tenant: tenant, Role: verno.RoleOwner, May: verno.RoleOwner.Permissions(), Live: true}
}

// record tells of a change: what is done, to which subject, with more details as names and values by turns. Details
// hold no personal data and no secrets, because the log is for ever.
func (g *Gate) record(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, what, subject string, more ...string) error {
	detail := map[string]string{"what": what}
	for i := 0; i+1 < len(more); i += 2 {
		detail[more[i]] = more[i+1]
	}
	return g.Record(ctx, tx, verno.Event{
		Tenant: a.Tenant, Kind: verno.EventAccess, At: now, Subject: subject, Actor: a.Name(), Detail: detail,
	})
}

// within sees that an actor that is bound to a store keeps to it.
func within(a verno.Actor, place verno.StoreID) error {
	if !a.Store.IsZero() && place != a.Store {
		return verno.Forbidden("store_foreign")
	}
	return nil
}

// checkPlace sees that a store exists and the actor may have to do with it. The zero store stands for all.
func (g *Gate) checkPlace(ctx context.Context, r *store.Reader, a verno.Actor, tenant verno.TenantID, place verno.StoreID) error {
	if err := within(a, place); err != nil || place.IsZero() {
		return err
	}
	_, err := r.Place(ctx, tenant, place)
	if errors.Is(err, store.ErrNotFound) {
		return verno.InvalidField("/store_id", "not_known")
	}
	return err
}

// missing says which thing is not there in place of store.ErrNotFound.
func missing(err error, thing string) error {
	if errors.Is(err, store.ErrNotFound) {
		return verno.NotFound("not_found").With("thing", thing)
	}
	return err
}

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
