package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// The states of an operation.
const (
	Applied  = "applied"
	Rejected = "rejected"
)

// Operation is what a key was used for.
type Operation struct {
	Tenant     verno.TenantID
	Key        string
	BodyHash   []byte
	Kind       string
	State      string
	CheckoutID string // empty where it is no commit
	ReceiptRef []byte // nil where the receipt has no number
	ResultID   []byte
	Owner      verno.OwnerID
	Result     string // JSON, empty where ResultID gives the answer back
	At         int64
}

const operationColumns = `tenant, key, body_hash, kind, state, COALESCE(checkout_id, ''), receipt_ref, result_id, owner_id,
	COALESCE(result, ''), at`

func scanOperation(row Scanner) (o Operation, err error) {
	err = row.Scan(&o.Tenant, &o.Key, &o.BodyHash, &o.Kind, &o.State, &o.CheckoutID, &o.ReceiptRef, &o.ResultID, &o.Owner,
		&o.Result, &o.At)
	return o, err
}

const claimColumns = `tenant bytea, key text, body_hash bytea, kind text, state text, checkout_id text, receipt_ref bytea,
	result_id bytea, owner_id bytea, at bigint`

var (
	claimOperation = Insert("operation", claimColumns, "ON CONFLICT (tenant, key) DO NOTHING RETURNING key")
	claimWarily    = Insert("operation", claimColumns, "ON CONFLICT DO NOTHING RETURNING key")
)

// Claim takes an operation's key, and with it the checkout and the receipt number; claimed is called with each key that
// was free. A checkout or receipt number that is taken under another key is ErrUnique, or where wary just not claimed:
// that is rare, and looking for it beforehand costs every sale two more look-ups.
func (p *Pipe) Claim(ops []*Operation, wary bool, claimed func(key string)) {
	statement := claimOperation
	if wary {
		statement = claimWarily
	}
	v := p.Values(statement).Each(func(row Scanner) error {
		var key string
		if err := row.Scan(&key); err != nil {
			return err
		}
		claimed(key)
		return nil
	})
	for _, o := range ops {
		v.Bytes(o.Tenant[:]).Text(o.Key).Bytes(o.BodyHash).Text(o.Kind).Text(Applied)
		if o.CheckoutID == "" {
			v.Null()
		} else {
			v.Text(o.CheckoutID)
		}
		v.Bytes(o.ReceiptRef).Bytes(o.ResultID).Bytes(o.Owner.Bytes()).Int(o.At)
	}
}

var (
	operationByKey = Keyed("tenant bytea, key text",
		`SELECT `+operationColumns+` FROM operation WHERE tenant = k.tenant AND key = k.key`)
	operationByCheckout = Keyed("tenant bytea, checkout_id text",
		`SELECT `+operationColumns+` FROM operation WHERE tenant = k.tenant AND checkout_id = k.checkout_id`)
	operationByReceipt = Keyed("tenant bytea, receipt_ref bytea",
		`SELECT `+operationColumns+` FROM operation WHERE tenant = k.tenant AND receipt_ref = k.receipt_ref`)
	answerOperation = Keyed("tenant bytea, key text, result_id bytea, result text",
		`UPDATE operation SET result_id = k.result_id, result = k.result FROM k
		WHERE operation.tenant = k.tenant AND operation.key = k.key`)
	rejectOperation = Keyed("tenant bytea, key text, result text",
		`UPDATE operation SET state = 'rejected', checkout_id = NULL, receipt_ref = NULL, result_id = NULL, result = k.result
		FROM k WHERE operation.tenant = k.tenant AND operation.key = k.key`)
	freeOperation = Keyed("tenant bytea, key text",
		`DELETE FROM operation USING k WHERE operation.tenant = k.tenant AND operation.key = k.key`)
)

// Holders asks who has what a claim did not get: its key, its checkout or its receipt number.
func (p *Pipe) Holders(ops []*Operation, found func(Operation)) {
	each := func(row Scanner) error {
		o, err := scanOperation(row)
		if err == nil {
			found(o)
		}
		return err
	}
	byKey := p.Values(operationByKey).Each(each)
	byCheckout := p.Values(operationByCheckout).Each(each)
	byReceipt := p.Values(operationByReceipt).Each(each)
	for _, o := range ops {
		byKey.Bytes(o.Tenant[:]).Text(o.Key)
		if o.CheckoutID != "" {
			byCheckout.Bytes(o.Tenant[:]).Text(o.CheckoutID)
		}
		if o.ReceiptRef != nil {
			byReceipt.Bytes(o.Tenant[:]).Bytes(o.ReceiptRef)
		}
	}
}

// Answer stores what came of an operation where the claim did not say it.
func (p *Pipe) Answer(ops []*Operation) {
	v := p.Values(answerOperation)
	for _, o := range ops {
		v.Bytes(o.Tenant[:]).Text(o.Key).Bytes(o.ResultID).Text(o.Result)
	}
}

// Reject stores a refusal under the key and gives the checkout and the receipt number free.
func (p *Pipe) Reject(ops []*Operation) {
	v := p.Values(rejectOperation)
	for _, o := range ops {
		v.Bytes(o.Tenant[:]).Text(o.Key).Text(o.Result)
	}
}

// Free forgets a claim, as if it had not been made.
func (p *Pipe) Free(ops []*Operation) {
	v := p.Values(freeOperation)
	for _, o := range ops {
		v.Bytes(o.Tenant[:]).Text(o.Key)
	}
}

// Operation finds what a key was used for. It returns ErrNotFound for a key that was never seen.
func (r *Reader) Operation(ctx context.Context, tenant verno.TenantID, key string) (Operation, error) {
	return queryOne(ctx, r, scanOperation,
		`SELECT `+operationColumns+` FROM operation WHERE tenant = $1 AND key = $2`, tenant, key)
}

// OperationOfCheckout finds the commit of a checkout. It returns ErrNotFound where there is none.
func (r *Reader) OperationOfCheckout(ctx context.Context, tenant verno.TenantID, checkout string) (Operation, error) {
	return queryOne(ctx, r, scanOperation,
		`SELECT `+operationColumns+` FROM operation WHERE tenant = $1 AND checkout_id = $2`, tenant, checkout)
}

// OperationOfReceipt finds what a till's receipt number was used for. It returns ErrNotFound where it was not.
func (r *Reader) OperationOfReceipt(ctx context.Context, tenant verno.TenantID, ref []byte) (Operation, error) {
	return queryOne(ctx, r, scanOperation,
		`SELECT `+operationColumns+` FROM operation WHERE tenant = $1 AND receipt_ref = $2`, tenant, ref)
}
