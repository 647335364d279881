package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// Count is how often something happened in a store of the trade.
type Count struct {
	Place verno.StoreID
	Times int64
}

func scanCount(row Scanner) (c Count, err error) {
	err = row.Scan(&c.Place, &c.Times)
	return c, err
}

// latestSales bounds how many sales are looked at for where somebody buys: of a card that a whole firm uses the latest
// tell as much as all.
const latestSales = 500

// SalesOf counts the sales of an owner since a time by where they were made.
func (r *Reader) SalesOf(ctx context.Context, tenant verno.TenantID, owner verno.OwnerID, since time.Time) ([]Count, error) {
	return queryAll(ctx, r, scanCount, `SELECT store_id, COUNT(*) FROM (SELECT store_id FROM receipt
		WHERE tenant = $1 AND owner_id = $2 AND id >= $3 AND kind = 'sale' ORDER BY id DESC LIMIT $4) latest
		GROUP BY store_id`, tenant, owner, firstOf(since), latestSales)
}

// SalesAnywhere counts sales since a business date, a number of them at most, by where they were made.
func (r *Reader) SalesAnywhere(ctx context.Context, tenant verno.TenantID, since int32, limit int) ([]Count, error) {
	return queryAll(ctx, r, scanCount, `SELECT store_id, COUNT(*) FROM (SELECT store_id FROM receipt
		WHERE tenant = $1 AND business_date >= $2 AND kind = 'sale' LIMIT $3) counted GROUP BY store_id`, tenant, since, limit)
}

// PlacesState changes with every change of any store of the trade.
type PlacesState struct{ Stores, Revisions int64 }

// PlacesState says whether stores of the trade are still as they were read.
func (r *Reader) PlacesState(ctx context.Context, tenant verno.TenantID) (PlacesState, error) {
	return queryOne(ctx, r, func(row Scanner) (s PlacesState, err error) {
		err = row.Scan(&s.Stores, &s.Revisions)
		return s, err
	}, `SELECT COUNT(*), CAST(COALESCE(SUM(revision), 0) AS BIGINT) FROM store WHERE tenant = $1`, tenant)
}
