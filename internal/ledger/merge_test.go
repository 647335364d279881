package ledger_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
)

// TestMoveTo: whatever two holdings of a unit have and owe, merging them leaves nothing in the one and the sum of both in
// the other, in an entry that balances, with every lot's dates kept and nothing left owed that could be paid back.
func TestMoveTo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const now = 1000
		unit := verno.UnitID{7}
		draw := func(name string, owner byte) *ledger.Holding {
			h := &ledger.Holding{Account: ledger.Account{Owner: verno.OwnerID{owner}, Unit: unit}}
			setup := &ledger.Draft{}
			far := ledger.Account{Owner: verno.OwnerID{9}, Role: verno.AccountIssuance, Unit: unit}
			for i, n := range rapid.SliceOfN(rapid.Int64Range(1, 100), 0, 5).Draw(t, name) {
				lot := ledger.Lot{
					ID:          verno.LotID{owner, byte(i)},
					AvailableAt: rapid.Int64Range(0, 2*now).Draw(t, "available"), ExpiresAt: rapid.Int64Range(now+1, 3*now).Draw(t, "expires"),
				}
				h.Earn(setup, far, lot, n, ledger.WhyEarn)
			}
			debt := rapid.Int64Range(0, 150).Draw(t, name+" spends")
			if _, err := h.SpendForced(setup, far, debt, now, verno.LotID{owner, 99}); err != nil {
				t.Fatal(err)
			}
			return h
		}
		from, to := draw("from", 1), draw("to", 2)
		sum := from.Balance + to.Balance
		could := spendable(t, from, now) + spendable(t, to, now) - from.Owed() - to.Owed()
		var d ledger.Draft
		if err := from.MoveTo(&d, to, now); err != nil {
			t.Fatal(err)
		}
		if len(from.Lots) != 0 || from.Balance != 0 || to.Balance != sum {
			t.Fatalf("left %d in %d lots, moved to %d of %d", from.Balance, len(from.Lots), to.Balance, sum)
		}
		if got := spendable(t, to, now); got != max(0, could) || got > 0 && to.Owed() > 0 {
			t.Fatalf("can spend %d and owes %d, want %d", got, to.Owed(), could)
		}
		if len(d.Postings) > 0 {
			if _, err := d.Entry(verno.EntryID{1}, verno.TenantID{1}, "merge", now); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// spendable is what the lots allow, apart from debts.
func spendable(t *rapid.T, h *ledger.Holding, now int64) int64 {
	n, err := h.Spendable(now)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
