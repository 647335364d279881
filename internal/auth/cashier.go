package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// PIN is what a cashier types at a till, and which shift begins.
type PIN struct {
	Staff verno.StaffID
	PIN   string
	Shift string // as the till names it, may be empty
}

// Cashier is somebody who can begin a shift at a till.
type Cashier struct {
	ID   verno.StaffID
	Name string
}

// How often a PIN may be tried at one till: for one cashier, and for all.
var (
	triesForCashier = []store.Limit{{Most: 5, Window: 5 * time.Minute}, {Most: 15, Window: time.Hour}}
	triesAtTill     = []store.Limit{{Most: 40, Window: time.Hour}}
)

// maxCashiers is how many a till lists.
const maxCashiers = 200

// Cashiers lists, for a till, whoever may begin a shift there, by name.
func (g *Gate) Cashiers(ctx context.Context, till verno.Actor) ([]Cashier, error) {
	if till.Terminal.IsZero() {
		return nil, verno.Forbidden("till_needed")
	}
	var all []Cashier
	var after verno.StaffID
	for len(all) < maxCashiers {
		rows, err := g.Store.Reader().StaffAfter(ctx, till.Tenant, verno.StoreID{}, after, maxCashiers)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			break
		}
		after = rows[len(rows)-1].ID
		for _, row := range rows {
			if !worksAt(row, till) {
				continue
			}
			p, err := g.openPersonal(ctx, row)
			if err != nil {
				return nil, err
			}
			all = append(all, Cashier{ID: row.ID, Name: p.Name})
		}
	}
	slices.SortStableFunc(all, func(x, y Cashier) int { return strings.Compare(x.Name, y.Name) })
	return all[:min(len(all), maxCashiers)], nil
}

// worksAt says whether somebody can begin a shift at a till: with a PIN, at that store, and a role that sells.
func worksAt(row store.Staff, till verno.Actor) bool {
	return row.PINHash != "" && row.DisabledAt.IsZero() && row.Role.Permissions().Has(verno.RoleCashier.Permissions()) &&
		(row.Store.IsZero() || row.Store == till.Store)
}

// OpenShift opens a cashier's session at a till, and ends the one that was open there. Whatever is wrong it returns the
// one code pin_failed; after too many tries at this till rate_limited. Tries elsewhere do not count: nobody can keep a
// cashier from working by guessing at another till.
func (g *Gate) OpenShift(ctx context.Context, till verno.Actor, p PIN, now time.Time) (Opened, error) {
	if till.Terminal.IsZero() {
		return Opened{}, verno.Forbidden("till_needed")
	}
	var faults verno.Faults
	faults.Text("/shift", p.Shift, 0, 40)
	if err := faults.Err(); err != nil {
		return Opened{}, err
	}
	here := store.Counted{Tenant: till.Tenant, Subject: "pin/" + till.Terminal.String()}
	cashier := store.Counted{Tenant: till.Tenant, Subject: here.Subject + "/" + p.Staff.String()}
	if err := g.takePIN(ctx, here, cashier, now); err != nil {
		return Opened{}, err
	}
	row, err := g.Store.Reader().Staff(ctx, till.Tenant, p.Staff)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Opened{}, err
	}
	secret, err := g.peppered(ctx, p.Staff, limited(p.PIN, maxPIN))
	if err != nil {
		return Opened{}, err
	}
	same, err := g.hasher.Check(ctx, row.PINHash, secret)
	if err != nil {
		return Opened{}, err
	}
	if !same || !worksAt(row, till) {
		return Opened{}, verno.Unauthorised("pin_failed")
	}
	opened, session := g.newSession(row, now, g.CashierIdle, g.Shift)
	session.Terminal, session.Shift = till.Terminal, p.Shift
	actor := verno.Actor{Tenant: row.Tenant, Staff: row.ID, Terminal: till.Terminal}
	err = g.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.GiveBack(ctx, here, now, triesAtTill...); err != nil {
			return err
		}
		if err := tx.Forgive(ctx, cashier, now, triesForCashier...); err != nil {
			return err
		}
		if _, err := tx.EndSessionsAt(ctx, till.Tenant, till.Terminal, now); err != nil {
			return err
		}
		if err := tx.InsertSession(ctx, session); err != nil {
			return err
		}
		return g.record(ctx, tx, actor, now, "shift.opened", session.ID.String(), "terminal", till.Terminal.String(), "shift", p.Shift)
	})
	g.cache.forget(func(cached verno.Actor) bool { return cached.Terminal == till.Terminal && !cached.Session.IsZero() })
	return opened, err
}

func (g *Gate) takePIN(ctx context.Context, here, cashier store.Counted, now time.Time) error {
	var wait time.Duration
	err := g.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if wait, err = tx.Take(ctx, here, now, triesAtTill...); err != nil || wait > 0 {
			return err
		}
		wait, err = tx.Take(ctx, cashier, now, triesForCashier...)
		return err
	})
	if err == nil && wait > 0 {
		return tooMany(wait)
	}
	return err
}
