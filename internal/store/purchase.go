package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Purchase is what a return needs to know of a sale.
type Purchase struct {
	Receipt    verno.ReceiptID
	Number     string
	OccurredAt time.Time
	Lines      []verno.Line
	Returned   map[string]money.Quantity
}

const purchaseColumns = `id, number, occurred_at, currency, facts, returned`

func scanPurchase(row Scanner) (p Purchase, err error) {
	var facts, returned []byte
	var currency money.Currency
	if err := row.Scan(&p.Receipt, &p.Number, when{&p.OccurredAt}, &currency, &facts, &returned); err != nil {
		return p, err
	}
	var f verno.Facts
	if err := readFacts(facts, &f, currency); err != nil {
		return p, err
	}
	p.Lines = f.Basket.Lines
	if len(returned) > 0 {
		if err := json.Unmarshal(returned, &p.Returned); err != nil {
			return p, fmt.Errorf("store: read what was returned: %w", err)
		}
	}
	return p, nil
}

// PurchasesOf lists an owner's sales in the order of their IDs.
func (r *Reader) PurchasesOf(ctx context.Context, tenant verno.TenantID, owner verno.OwnerID, after verno.ReceiptID, limit int) ([]Purchase, error) {
	return queryAll(ctx, r, scanPurchase, `SELECT `+purchaseColumns+` FROM receipt
		WHERE tenant = $1 AND owner_id = $2 AND id > $3 AND kind = 'sale' ORDER BY id LIMIT $4`, tenant, owner, after[:], limit)
}

// Purchase finds one sale. It returns ErrNotFound where there is no sale of that ID.
func (r *Reader) Purchase(ctx context.Context, tenant verno.TenantID, id verno.ReceiptID) (Purchase, error) {
	return queryOne(ctx, r, scanPurchase, `SELECT `+purchaseColumns+` FROM receipt
		WHERE tenant = $1 AND id = $2 AND kind = 'sale'`, tenant, id)
}
