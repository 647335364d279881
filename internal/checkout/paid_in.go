package checkout

import (
	"context"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/money"
)

// PaidIn is what was paid in as a till counts it; below zero where it was given back.
type PaidIn struct {
	Tender verno.TenderKind
	Amount money.Amount
}

// checkPaidIn checks what is told of a payment in, of at least so much: by what money it was made, or by what else.
func checkPaidIn(f *verno.Faults, amount, least money.Amount, by verno.TenderKind, reference string, orBy ...verno.TenderKind) {
	if amount < least || !amount.Valid() {
		f.Say("/amount/amount", "number_range", "min", "1", "max", maxAmount)
	}
	known := []string{string(verno.TenderCash), string(verno.TenderCard), string(verno.TenderOther)}
	for _, one := range orBy {
		known = append(known, string(one))
	}
	f.OneOf("/tender", string(by), known...)
	checkText(f, "/reference", reference)
}

// PaidIn lists what was put on accounts and certificates at a till since a time, and what was given back for certificates,
// the oldest first, up to a number of them.
func (t *Till) PaidIn(ctx context.Context, a verno.Actor, terminal verno.TerminalID, since time.Time, limit int) ([]PaidIn, error) {
	if err := a.Require(verno.MayReadReceipts); err != nil {
		return nil, err
	}
	rows, err := t.reader.TopUps(ctx, a.Tenant, terminal, since, limit)
	if err != nil {
		return nil, err
	}
	list := make([]PaidIn, 0, len(rows))
	for i := range rows {
		postings, err := ledger.ParsePostings(rows[i].Postings)
		if err != nil {
			return nil, err
		}
		kind, _, _ := strings.Cut(rows[i].Reason, " ")
		if kind == "" || kind == string(verno.TenderPoints) {
			continue // A certificate that stands on a receipt, or was had for points.
		}
		paid := PaidIn{Tender: verno.TenderKind(kind)}
		for _, p := range postings {
			if p.Account.Owner == rows[i].Owner {
				paid.Amount += money.Amount(p.Amount)
			}
		}
		list = append(list, paid)
	}
	return list, nil
}
