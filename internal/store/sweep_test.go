package store_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// swept is what a sweep should say of a receipt's lines.
func swept(r *store.ReceiptRow) (lines []store.SweptLine, awards bool) {
	for i, l := range r.Facts.Basket.Lines {
		o := &r.Outcome.Lines[i]
		line := store.SweptLine{ID: l.ID, Quantity: l.Quantity, Sum: l.Sum, Net: o.Net, Redeemed: o.Redeemed}
		for _, d := range o.Discounts {
			line.Discount += d.Amount
		}
		lines = append(lines, line)
	}
	if r.Return != nil {
		for _, l := range r.Return.Lines {
			lines = append(lines, store.SweptLine{ID: l.Line, Quantity: l.Quantity, Net: l.Net, Redeemed: l.Redeemed})
		}
	}
	awards = true
	for _, a := range r.Outcome.Awards {
		sum := money.Points(0)
		for _, n := range a.ByLine {
			sum += n
		}
		awards = awards && (len(a.ByLine) == 0 || sum == a.Points)
	}
	return lines, awards
}

// TestSweepsReadWhatReceiptsSay: the fast way of reading a receipt tells what the slow one does, whatever its texts are.
func TestSweepsReadWhatReceiptsSay(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n++
			want := drawReceipt(t, n)
			for len(want.Outcome.Lines) < len(want.Facts.Basket.Lines) {
				want.Outcome.Lines = append(want.Outcome.Lines, verno.LineOutcome{})
			}
			want.Outcome.Lines = want.Outcome.Lines[:len(want.Facts.Basket.Lines)]
			if len(want.Outcome.Awards) > 0 && rapid.Bool().Draw(t, "award adds up") {
				a := &want.Outcome.Awards[0]
				a.ByLine, want.Outcome.Awards = []money.Points{a.Points - 1, 1}, want.Outcome.Awards[:1]
			}
			inHot(t, s, func(h *store.HotTx) {
				h.PutReceipts([]*store.ReceiptRow{want})
				h.PutReturned([]*store.ReceiptRow{want})
			})
			list, err := s.Reader().SweepReceipts(t.Context(), us, id[verno.ReceiptID](n-1), 5)
			if err != nil || len(list) != 1 {
				t.Fatalf("%d receipts, %v", len(list), err)
			}
			got := &list[0]
			if got.ID != want.ID || got.Owner != want.Owner || got.Entry != want.Entry || got.Postings != want.Postings ||
				got.Kind != string(want.Kind) || got.At != verno.Micros(want.ReceivedAt) || got.Totals.Payable != want.Totals.Payable {
				t.Fatalf("swept %+v of %+v", got, want)
			}
			lines, awards, err := got.Lines(nil)
			wantLines, wantAwards := swept(want)
			if diff := cmp.Diff(wantLines, lines, cmpopts.EquateEmpty()); err != nil || diff != "" || awards != wantAwards {
				t.Fatalf("%v, awards %v: lines (-want +got):\n%s", err, awards, diff)
			}
			back, err := got.Returned()
			if diff := cmp.Diff(want.Returned, back, cmpopts.EquateEmpty()); err != nil || diff != "" {
				t.Fatalf("%v: returned (-want +got):\n%s", err, diff)
			}
		})
	})
}

// TestSweepsSeeEachRowOnce, in whatever chunks they read.
func TestSweepsSeeEachRowOnce(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		var put []*ledger.Holding
		var ops []*store.Operation
		for n := range 7 {
			h := &ledger.Holding{Account: ledger.Account{Owner: id[verno.OwnerID](n/2 + 1), Unit: id[verno.UnitID](n%2 + 1)}}
			for lot := range n + 1 {
				h.Earn(&ledger.Draft{}, issuance, ledger.Lot{ID: id[verno.LotID](lot + 1), ExpiresAt: int64(1 + lot%2)}, 5, ledger.WhyEarn)
			}
			put, ops = append(put, h), append(ops, op(string('a'+rune(n)), "", ""))
		}
		inHot(t, s, func(h *store.HotTx) {
			h.PutHoldings(us, put)
			h.AddTotals(us, []store.AccountTotal{{Account: issuance, Amount: 4}})
			h.Claim(ops, true, func(string) {})
			h.Reject(ops[2:3])
		})
		err := s.Reader().Sweep(t.Context(), func(r *store.Reader) error {
			var accounts []store.AccountTotal
			for after := (ledger.Account{}); ; {
				chunk, err := r.SweepAccounts(t.Context(), us, after, 3)
				if err != nil || len(chunk) == 0 {
					checkSwept(t, "accounts", len(accounts), 8, err)
					break
				}
				accounts, after = append(accounts, chunk...), chunk[len(chunk)-1].Account
			}
			lots := 0
			for after := (store.OwnedLot{}); ; {
				chunk, err := r.SweepLots(t.Context(), us, after, 3)
				if err != nil || len(chunk) == 0 {
					checkSwept(t, "lots", lots, 28, err)
					break
				}
				lots, after = lots+len(chunk), chunk[len(chunk)-1]
			}
			var found []string
			for after := ""; ; {
				chunk, err := r.SweepOperations(t.Context(), us, after, 2)
				if err != nil || len(chunk) == 0 {
					checkSwept(t, "operations", len(found), 6, err)
					break
				}
				for _, o := range chunk {
					found, after = append(found, o.Key), o.Key
				}
			}
			if !slices.Equal(found, []string{"a", "b", "d", "e", "f", "g"}) {
				t.Errorf("operations %q", found)
			}
			n, err := r.CountRows(t.Context(), us)
			checkSwept(t, "rows", int(n), 8+28+7, err)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func checkSwept(t *testing.T, what string, got, want int, err error) {
	t.Helper()
	if err != nil || got != want {
		t.Errorf("%d %s, %v, want %d", got, what, err, want)
	}
}

// FuzzSweptLines: whatever stands in a receipt's texts, reading its lines ends, and with an error or with lines.
func FuzzSweptLines(f *testing.F) {
	f.Add(`{"l":[{"id":"1","n":"☕","q":1000,"t":5}],"at":1}`, `{"l":[{"n":5,"d":[[0,1]],"r":1}],"a":[{"p":0,"n":1,"by":[1]}],"p":[]}`)
	f.Add(`{"l":[]}`, `{"l":[],"r":{"l":[{"id":"\"","q":1,"n":2}],"w":true},"p":["a"]}`)
	f.Fuzz(func(t *testing.T, facts, outcome string) {
		lines, _, err := store.LinesOf(facts, outcome)
		if err == nil && len(lines) > len(facts)+len(outcome) {
			t.Errorf("%d lines", len(lines))
		}
	})
}
