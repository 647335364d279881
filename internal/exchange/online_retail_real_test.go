package exchange_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/exchange"
	"github.com/verno-loyalty/verno/money"
)

// TestRealOnlineRetail imports five months of a real web shop. Each of its 171,999 lines ends as what an independent
// reckoning says; points are earned by the rule and taken back to the last one; importing the file again, in whole or in
// part, changes nothing; the books are sound.
func TestRealOnlineRetail(t *testing.T) {
	t.Parallel()
	file := realFile(t, "online_retail_2010-12_2011-04.csv.gz")
	plain := gunzip(t, file)
	want := reckonOnlineRetail(t, plain)
	each(t, "GBP", "Europe/London", func(b *bundle) {
		if got := b.load("online-retail", file, dryRun); tallyOf(&got).String() != want.String() || b.receipts() != 0 {
			b.t.Errorf("dry run\n got %v\nwant %v", tallyOf(&got), want)
		}
		start := time.Now()
		r := b.load("online-retail", file)
		b.t.Logf("%.0f lines a second", float64(r.Lines)/time.Since(start).Seconds())
		if got := tallyOf(&r); got.String() != want.String() {
			b.t.Errorf("\n got %v\nwant %v", got, want)
		}
		b.checkReturns(&r)
		before := b.receipts()
		rejected := b.rejects.String()
		if r := b.load("online-retail", file); !r.Before {
			b.t.Errorf("the same file was read again: %+v", r)
		}
		whole := b.load("online-retail", file, again)
		if got := tallyOf(&whole); got.String() != want.String() || whole.Already != r.Sold+r.Returned || whole.Members != 0 {
			b.t.Errorf("again\n got %v, %d of them already\nwant %v", got, whole.Already, want)
		}
		if b.rejects.String() != rejected {
			b.t.Error("another run rejects other lines")
		}
		part := slicesOfFile(plain, 60_000, 110_017)
		if got := b.load("online-retail", part); got.Already != got.Sold+got.Returned {
			b.t.Errorf("a part of the file: %+v", got)
		}
		if after := b.receipts(); after != before {
			b.t.Errorf("%d receipts have become %d", before, after)
		}
		if balances, lots := b.points(); balances != lots || balances != int64(r.Earned-r.Taken) {
			b.t.Errorf("balances %d, lots %d, want %d", balances, lots, r.Earned-r.Taken)
		}
		b.sound()
	})
}

// tally is what is compared between an import and the reckoning.
type tally struct {
	lines, sold, returned, rejected, remainders int64
	reasons                                     map[string]int64
	gross                                       int64
}

func (t tally) String() string {
	var b strings.Builder
	for _, n := range []int64{t.lines, t.sold, t.returned, t.rejected, t.remainders, t.gross} {
		b.WriteString(big.NewInt(n).String() + " ")
	}
	for _, reason := range sorted(t.reasons) {
		b.WriteString(reason + "=" + big.NewInt(t.reasons[reason]).String() + " ")
	}
	return b.String()
}

func tallyOf(r *exchange.Report) tally {
	return tally{r.Lines, r.Sold, r.Returned, r.Rejected, r.Remainders, maps.Clone(r.Reasons), int64(r.Gross)}
}

// reckonOnlineRetail says what becomes of each line, by a pool of pieces for each customer, goods and price.
func reckonOnlineRetail(t *testing.T, plain []byte) tally {
	t.Helper()
	rows := csv.NewReader(bytes.NewReader(plain))
	if _, err := rows.Read(); err != nil {
		t.Fatal(err)
	}
	out := tally{reasons: map[string]int64{}}
	pool := map[string]int64{}
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out.lines++
		quantity, ok := new(big.Int).SetString(row[3], 10)
		price, ok2 := new(big.Rat).SetString(row[5])
		if !ok || !ok2 {
			t.Fatalf("line %v is not for this reckoning", row)
		}
		key := row[6] + "|" + row[1] + "|" + price.String()
		pence := new(big.Rat).Mul(price, big.NewRat(100, 1))
		why := ""
		switch returned := strings.HasPrefix(row[0], "C"); {
		case !pence.IsInt():
			why = "price_precision"
		case !returned && quantity.Sign() < 0:
			why = "quantity_negative"
		case price.Sign() == 0:
			why = "price_zero"
		case !returned:
			out.sold++
			out.gross += quantity.Int64() * pence.Num().Int64()
			pool[key] += quantity.Int64()
		case row[6] == "" || pool[key] == 0:
			why = "no_purchase"
		default:
			n := min(pool[key], -quantity.Int64())
			pool[key] -= n
			out.returned++
			if n < -quantity.Int64() {
				out.remainders++
				out.reasons["remainder_no_purchase"]++
			}
		}
		if why != "" {
			out.rejected++
			out.reasons[why]++
		}
	}
}

// checkReturns walks over all receipts: what the returns of a sale take back never passes what it earned, and is all of
// it once everything has come back.
func (b *bundle) checkReturns(r *exchange.Report) {
	b.t.Helper()
	taken, whole := map[verno.ReceiptID]money.Points{}, map[verno.ReceiptID]bool{}
	earned, returned := int64(0), int64(0)
	sales, returns := map[verno.ReceiptID]*verno.Receipt{}, []*verno.Receipt{}
	b.walk(func(x *verno.Receipt) {
		if x.Kind == verno.ReceiptSale {
			earned += int64(x.Totals.Earn)
			sales[x.ID] = x
			want := money.Points(0)
			if !x.Member.IsZero() {
				want = money.Points(int64(x.Totals.Gross) * 5 / 10_000)
			}
			if x.Totals.Earn != want {
				b.t.Errorf("receipt %s of %d earns %d, want %d", x.Number, x.Totals.Gross, x.Totals.Earn, want)
			}
			return
		}
		returns = append(returns, x)
	})
	for _, x := range returns {
		taken[x.Parent] += x.Return.PointsTaken
		whole[x.Parent] = whole[x.Parent] || x.Return.Whole
		returned += int64(x.Return.PointsTaken)
		if s := sales[x.Parent]; s.Member != x.Member || s.OccurredAt.After(x.OccurredAt) {
			b.t.Errorf("return %s is of another member or of a later sale", x.Number)
		}
	}
	if earned != int64(r.Earned) || returned != int64(r.Taken) {
		b.t.Errorf("the books earned %d and took %d, the report says %d and %d", earned, returned, r.Earned, r.Taken)
	}
	all := 0
	for id, n := range taken {
		if s := sales[id]; n > s.Totals.Earn || whole[id] && n != s.Totals.Earn {
			b.t.Errorf("receipt %s earned %d, and %d were taken back (all returned: %v)", s.Number, s.Totals.Earn, n, whole[id])
		}
		if whole[id] {
			all++
		}
	}
	if all == 0 {
		b.t.Error("no receipt was returned in whole, this test shows less than it should")
	}
}

func (b *bundle) walk(fn func(*verno.Receipt)) {
	b.t.Helper()
	for after := (verno.ReceiptID{}); ; {
		list, err := b.store.Reader().ReceiptsAfter(b.ctx, b.actor.Tenant, after, 500)
		b.must(err)
		for _, r := range list {
			fn(&r.Receipt)
			after = r.ID
		}
		if len(list) < 500 {
			return
		}
	}
}

func (b *bundle) receipts() int64 {
	b.t.Helper()
	n, err := b.store.Reader().CountReceipts(b.ctx, b.actor.Tenant)
	b.must(err)
	return n
}

// slicesOfFile is the header and some of the lines of a file.
func slicesOfFile(plain []byte, from, until int) []byte {
	lines := bytes.SplitAfter(plain, []byte("\n"))
	return append(bytes.Clone(lines[0]), bytes.Join(lines[from:until], nil)...)
}

func gunzip(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
