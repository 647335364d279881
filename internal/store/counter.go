package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// Counter is what a promotion has used up of its total limit and its budget.
type Counter struct {
	Promotion verno.PromotionID
	Uses      int64
	Cost      int64
}

// CounterChange adds to a counter as long as it stays within its caps. Giving back is always within them.
type CounterChange struct {
	Counter
	MaxUses int64
	MaxCost int64
}

var (
	makeCounter = Insert("counter", "tenant bytea, promotion_id bytea, uses bigint, cost bigint", "ON CONFLICT DO NOTHING")
	readCounter = Keyed("tenant bytea, id bytea",
		`SELECT promotion_id, uses, cost FROM counter WHERE tenant = k.tenant AND promotion_id = k.id`)
	lockCounter = Keyed("tenant bytea, id bytea",
		`SELECT promotion_id, uses, cost FROM counter WHERE tenant = k.tenant AND promotion_id = k.id FOR NO KEY UPDATE`)
	addCounter = Keyed("tenant bytea, id bytea, uses bigint, cost bigint, max_uses bigint, max_cost bigint",
		`UPDATE counter SET uses = counter.uses + k.uses, cost = counter.cost + k.cost FROM k
		WHERE counter.tenant = k.tenant AND counter.promotion_id = k.id
		AND (k.uses <= 0 OR counter.uses + k.uses <= k.max_uses) AND (k.cost <= 0 OR counter.cost + k.cost <= k.max_cost)`)
)

func scanCounter(row Scanner) (c Counter, err error) {
	err = row.Scan(&c.Promotion, &c.Uses, &c.Cost)
	return c, err
}

// ReadCounters reads counters, making those that are not there; with lock, given in the order of their IDs, it locks
// them.
func (p *Pipe) ReadCounters(tenant verno.TenantID, ids []verno.PromotionID, lock bool, found func(Counter)) {
	made := p.Values(makeCounter)
	statement := readCounter
	if lock {
		statement = lockCounter
	}
	v := p.Values(statement).Each(func(row Scanner) error {
		c, err := scanCounter(row)
		if err == nil {
			found(c)
		}
		return err
	})
	for i := range ids {
		made.Bytes(tenant[:]).Bytes(ids[i][:]).Int(0).Int(0)
		v.Bytes(tenant[:]).Bytes(ids[i][:])
	}
}

// SeeCounters reads counters, and none where there is none yet.
func (p *Pipe) SeeCounters(tenant verno.TenantID, ids []verno.PromotionID, found func(Counter)) {
	v := p.Values(readCounter).Each(func(row Scanner) error {
		c, err := scanCounter(row)
		if err == nil {
			found(c)
		}
		return err
	})
	for i := range ids {
		v.Bytes(tenant[:]).Bytes(ids[i][:])
	}
}

// AddCounters adds to counters within their caps. Where the answer's Affected is less than the number of changes, a cap
// was in the way.
func (p *Pipe) AddCounters(tenant verno.TenantID, changes []CounterChange) *Values {
	v := p.Values(addCounter)
	for i := range changes {
		c := &changes[i]
		v.Bytes(tenant[:]).Bytes(c.Promotion[:]).Int(c.Uses).Int(c.Cost).Int(c.MaxUses).Int(c.MaxCost)
	}
	return v
}

// Counters reads all counters of a tenant.
func (r *Reader) Counters(ctx context.Context, tenant verno.TenantID) ([]Counter, error) {
	return queryAll(ctx, r, scanCounter, `SELECT promotion_id, uses, cost FROM counter WHERE tenant = $1`, tenant)
}
