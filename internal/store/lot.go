package store

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
)

// HoldingKey names what an owner has in one unit.
type HoldingKey struct {
	Owner verno.OwnerID
	Unit  verno.UnitID
}

// FewLots is how many lots are read where it only matters whether there is a debt or something has lapsed, ManyLots
// where some are to be spent, MostLots where several of a group spend them.
const (
	FewLots  = 1
	ManyLots = 8
	MostLots = 512
)

const lotColumns = `tenant bytea, owner_id bytea, unit_id bytea, expires_at bigint, id bytea, available_at bigint,
	remaining bigint`

var (
	fewLots  = lotsOf("LIMIT 1")
	manyLots = lotsOf("LIMIT 8")
	mostLots = lotsOf("LIMIT 512")
	allLots  = lotsOf("")
	makeLot  = Insert("lot", lotColumns, "")
	putLot   = Insert("lot", lotColumns,
		`ON CONFLICT (tenant, owner_id, unit_id, expires_at, id) DO UPDATE
		SET available_at = excluded.available_at, remaining = excluded.remaining`)
	dropLot = Keyed("tenant bytea, owner_id bytea, unit_id bytea, expires_at bigint, id bytea",
		`DELETE FROM lot USING k WHERE lot.tenant = k.tenant AND lot.owner_id = k.owner_id AND lot.unit_id = k.unit_id
		AND lot.expires_at = k.expires_at AND lot.id = k.id`)
	moveAccount = Keyed("tenant bytea, owner_id bytea, role bigint, unit_id bytea, balance bigint",
		`UPDATE account SET balance = account.balance + k.balance FROM k WHERE account.tenant = k.tenant
		AND account.owner_id = k.owner_id AND account.role = k.role AND account.unit_id = k.unit_id`)
	addAccount = Insert("account", "tenant bytea, owner_id bytea, role bigint, unit_id bytea, balance bigint",
		"ON CONFLICT (tenant, owner_id, role, unit_id) DO UPDATE SET balance = account.balance + excluded.balance")
)

func lotsOf(limit string) *Bulk {
	return Keyed("tenant bytea, owner_id bytea, unit_id bytea",
		`SELECT owner_id, unit_id, id, expires_at, available_at, remaining FROM lot
		WHERE tenant = k.tenant AND owner_id = k.owner_id AND unit_id = k.unit_id
		ORDER BY tenant, owner_id, unit_id, expires_at, id `+limit)
}

// Lots says how many lots are to be read.
type Lots uint8

// How many lots.
const (
	LotsFew Lots = iota
	LotsMany
	LotsMost
	LotsAll
)

// ReadHoldings reads lots into the holdings, which come with their accounts and nothing else. It marks those
// of which more lots exist. The owners must be locked where the answer is to be relied on.
func (p *Pipe) ReadHoldings(tenant verno.TenantID, holdings map[HoldingKey]*ledger.Holding, keys []HoldingKey, how Lots) {
	statement, limit := fewLots, FewLots
	switch how {
	case LotsMany:
		statement, limit = manyLots, ManyLots
	case LotsMost:
		statement, limit = mostLots, MostLots
	case LotsAll:
		statement, limit = allLots, 1<<30
	}
	lots := p.Values(statement).Each(func(row Scanner) error {
		var k HoldingKey
		var l ledger.Lot
		if err := row.Scan(&k.Owner, &k.Unit, &l.ID, &l.ExpiresAt, &l.AvailableAt, &l.Remaining); err != nil {
			return err
		}
		h := holdings[k]
		h.Lots = append(h.Lots, l)
		h.Stored = true
		h.More = len(h.Lots) == limit // or maybe not: then all are read without need, and rightly
		return nil
	})
	for i := range keys {
		k := &keys[i]
		lots.Bytes(tenant[:]).Bytes(k.Owner[:]).Bytes(k.Unit[:])
	}
}

// PutHoldings writes the balances and the changed lots of holdings whose owners are locked. What is known to be new, or
// to be there, is inserted or updated as such: that costs half of asking first which it is.
func (p *Pipe) PutHoldings(tenant verno.TenantID, holdings []*ledger.Holding) {
	fresh, put, drop, move, add := p.Values(makeLot), p.Values(putLot), p.Values(dropLot), p.Values(moveAccount), p.Values(addAccount)
	for _, h := range holdings {
		a := &h.Account
		changes := h.Changes()
		if len(changes) == 0 {
			continue
		}
		balance := add
		if h.Stored {
			balance = move
		}
		balance.Bytes(tenant[:]).Bytes(a.Owner[:]).Int(int64(a.Role)).Bytes(a.Unit[:]).Int(h.Moved())
		for i := range changes {
			l, lot := &changes[i], put
			switch {
			case l.Remaining == 0:
				drop.Bytes(tenant[:]).Bytes(a.Owner[:]).Bytes(a.Unit[:]).Int(l.ExpiresAt).Bytes(l.ID[:])
				continue
			case h.Made(*l):
				lot = fresh
			}
			lot.Bytes(tenant[:]).Bytes(a.Owner[:]).Bytes(a.Unit[:]).Int(l.ExpiresAt).Bytes(l.ID[:])
			lot.Int(l.AvailableAt).Int(l.Remaining)
		}
	}
}

// AccountTotal is the balance of an account that keeps no lots, or a change of it.
type AccountTotal struct {
	Account ledger.Account
	Amount  int64
}

// AddTotals adds to the balances of accounts on the programme's side. Only the sealer calls it, so that nobody waits for
// these rows.
func (p *Pipe) AddTotals(tenant verno.TenantID, totals []AccountTotal) {
	v := p.Values(addAccount)
	for i := range totals {
		a := &totals[i].Account
		v.Bytes(tenant[:]).Bytes(a.Owner[:]).Int(int64(a.Role)).Bytes(a.Unit[:]).Int(totals[i].Amount)
	}
}

// Holdings reads all that an owner has, with all lots, in the order of units.
func (r *Reader) Holdings(ctx context.Context, tenant verno.TenantID, owner verno.OwnerID) ([]*ledger.Holding, error) {
	var list []*ledger.Holding
	byUnit := map[verno.UnitID]*ledger.Holding{}
	of := func(unit verno.UnitID) *ledger.Holding {
		if byUnit[unit] == nil {
			byUnit[unit] = &ledger.Holding{Account: ledger.Account{Owner: owner, Unit: unit}}
			list = append(list, byUnit[unit])
		}
		return byUnit[unit]
	}
	rows, err := r.Query(ctx, `SELECT a.unit_id, a.balance, l.id, COALESCE(l.expires_at, 0), COALESCE(l.available_at, 0),
		COALESCE(l.remaining, 0) FROM account a LEFT JOIN lot l ON l.tenant = a.tenant AND l.owner_id = a.owner_id
		AND l.unit_id = a.unit_id WHERE a.tenant = $1 AND a.owner_id = $2 AND a.role = 0
		ORDER BY a.unit_id, l.expires_at, l.id`, tenant, owner)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var unit verno.UnitID
		var balance int64
		var l ledger.Lot
		if err := rows.Scan(&unit, &balance, &l.ID, &l.ExpiresAt, &l.AvailableAt, &l.Remaining); err != nil {
			return nil, err
		}
		h := of(unit)
		h.Balance = balance
		if !l.ID.IsZero() || l.Remaining != 0 {
			h.Lots = append(h.Lots, l)
		}
	}
	return list, rows.Err()
}

// LapsedAccount is an account with points that have lapsed and are still booked.
type LapsedAccount struct {
	Tenant verno.TenantID
	Owner  verno.OwnerID
	Unit   verno.UnitID
	Far    verno.OwnerID // the programme, or of money the legal entity
}

// LapsedAccounts finds accounts with lots that have lapsed by a time.
func (r *Reader) LapsedAccounts(ctx context.Context, now int64, limit int) ([]LapsedAccount, error) {
	return queryAll(ctx, r, func(row Scanner) (a LapsedAccount, err error) {
		err = row.Scan(&a.Tenant, &a.Owner, &a.Unit, &a.Far)
		return a, err
	}, `SELECT DISTINCT l.tenant, l.owner_id, l.unit_id, COALESCE(u.programme_id, u.issuer_id) FROM lot l
		JOIN unit u ON u.tenant = l.tenant AND u.id = l.unit_id
		WHERE l.expires_at > 0 AND l.expires_at <= $1 AND l.expires_at < 9000000000000000000
		LIMIT $2`, now, limit)
}
