package store

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
)

// EachAccount walks all accounts of a tenant in the order of their keys.
func (r *Reader) EachAccount(ctx context.Context, tenant verno.TenantID, each func(AccountTotal) error) error {
	rows, err := r.Query(ctx, `SELECT owner_id, role, unit_id, balance FROM account
		WHERE tenant = $1 ORDER BY owner_id, role, unit_id`, tenant)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a AccountTotal
		if err := rows.Scan(&a.Account.Owner, &a.Account.Role, &a.Account.Unit, &a.Amount); err != nil {
			return err
		}
		if err := each(a); err != nil {
			return err
		}
	}
	return rows.Err()
}

// EachLot walks all lots of a tenant in the order of their keys.
func (r *Reader) EachLot(ctx context.Context, tenant verno.TenantID, each func(HoldingKey, ledger.Lot) error) error {
	rows, err := r.Query(ctx, `SELECT owner_id, unit_id, id, expires_at, available_at, remaining FROM lot
		WHERE tenant = $1 ORDER BY owner_id, unit_id, expires_at, id`, tenant)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k HoldingKey
		var l ledger.Lot
		if err := rows.Scan(&k.Owner, &k.Unit, &l.ID, &l.ExpiresAt, &l.AvailableAt, &l.Remaining); err != nil {
			return err
		}
		if err := each(k, l); err != nil {
			return err
		}
	}
	return rows.Err()
}

// LooseOperations counts operations that were applied and whose receipt is not there, and receipts of which no operation
// tells.
func (r *Reader) LooseOperations(ctx context.Context, tenant verno.TenantID) (operations, receipts int64, err error) {
	operations, err = queryOne(ctx, r, scanOne[int64], `SELECT count(*) FROM operation o
		WHERE o.tenant = $1 AND o.state = 'applied' AND o.kind IN ('commit', 'return', 'replay')
		AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.tenant = o.tenant AND r.id = o.result_id)`, tenant)
	if err != nil {
		return 0, 0, err
	}
	keyed, err := queryOne(ctx, r, scanOne[int64], `SELECT count(DISTINCT o.result_id) FROM operation o
		JOIN receipt r ON r.tenant = o.tenant AND r.id = o.result_id
		WHERE o.tenant = $1 AND o.state = 'applied' AND o.kind IN ('commit', 'return', 'replay')`, tenant)
	if err != nil {
		return 0, 0, err
	}
	all, err := r.CountReceipts(ctx, tenant)
	return operations, all - keyed, err
}

// CountEntries counts a tenant's entries that are no receipts'.
func (r *Reader) CountEntries(ctx context.Context, tenant verno.TenantID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT count(*) FROM entry WHERE tenant = $1`, tenant)
}
