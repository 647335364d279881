package exchange_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"math/big"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/exchange"
)

// x5Reference is the rule as the chain states it, reckoned apart from everything of ours: a tenth of a point for each full
// 20 ₽ of a receipt below 555 ₽, for each full 10 ₽ from 555 ₽ on. It gives tenths.
func x5Reference(t *testing.T, sum json.Number) int64 {
	t.Helper()
	roubles, ok := new(big.Rat).SetString(sum.String())
	if !ok {
		t.Fatalf("%s is no number", sum)
	}
	// To the kopeck, as 174.51999999999995 is a trace of floating point.
	kopecks := new(big.Rat).Mul(roubles, big.NewRat(100, 1))
	n := new(big.Int).Div(kopecks.Add(kopecks, big.NewRat(1, 2)).Num(), kopecks.Denom()).Int64()
	if n < 555_00 {
		return n / 20_00
	}
	return n / 10_00
}

type x5Line struct {
	Client  string `json:"client_id"`
	History []struct {
		At      string      `json:"datetime"`
		Store   string      `json:"store_id"`
		Sum     json.Number `json:"purchase_sum"`
		Regular json.Number `json:"regular_points_received"`
		Express json.Number `json:"express_points_received"`
		Goods   []struct {
			ID string `json:"product_id"`
		} `json:"products"`
	} `json:"transaction_history"`
}

// checkX5 imports a file of the chain under its own rule and compares every receipt with the reference.
func checkX5(b *bundle, file []byte, plain string) exchange.Report {
	b.t.Helper()
	b.rule("x5")
	r := b.load("x5", file)
	want := map[string]int64{} // by member, time and store
	receipts, equal, sum := int64(0), int64(0), int64(0)
	for line := range strings.Lines(plain) {
		var c x5Line
		text, _, _ := strings.Cut(line, "\t")
		b.must(json.Unmarshal([]byte(text), &c))
		for _, t := range c.History {
			points := x5Reference(b.t, t.Sum)
			key := c.Client + " " + t.At + " " + t.Store
			if _, twice := want[key]; twice {
				b.t.Fatalf("%s stands there twice, this test cannot tell them apart", key)
			}
			want[key] = points
			receipts++
			sum += points
			given, ok := new(big.Rat).SetString(t.Regular.String())
			more, ok2 := new(big.Rat).SetString(t.Express.String())
			if !ok || !ok2 {
				b.t.Fatalf("%s: no points", key)
			}
			if given.Add(given, more).Cmp(big.NewRat(points, 10)) == 0 {
				equal++
			}
		}
	}
	if r.Sold != receipts || r.Lines != receipts || int64(r.Earned) != sum {
		b.t.Errorf("sold %d of %d receipts for %d tenths, want %d for %d", r.Sold, r.Lines, r.Earned, receipts, sum)
	}
	if r.Given == nil || *r.Given != (exchange.Given{Receipts: receipts, Equal: equal, Different: receipts - equal}) {
		b.t.Errorf("compared %+v, want %d receipts, %d of them equal", r.Given, receipts, equal)
	}
	b.compareX5(want)
	rows, err := csv.NewReader(bytes.NewReader(b.differs.Bytes())).ReadAll()
	b.must(err)
	if int64(len(rows)) != 1+receipts-equal {
		b.t.Errorf("%d rows of differences, want %d", len(rows), 1+receipts-equal)
	}
	return r
}

// compareX5 walks over all receipts in the books.
func (b *bundle) compareX5(want map[string]int64) {
	b.t.Helper()
	reader := b.store.Reader()
	stores, members := map[verno.StoreID]string{}, map[verno.MemberID]string{}
	for after := (verno.ReceiptID{}); ; {
		list, err := reader.ReceiptsAfter(b.ctx, b.actor.Tenant, after, 200)
		b.must(err)
		for _, r := range list {
			if stores[r.Store] == "" {
				s, err := reader.Place(b.ctx, b.actor.Tenant, r.Store)
				b.must(err)
				stores[r.Store] = s.ExternalID
			}
			if members[r.Member] == "" {
				m, err := reader.Member(b.ctx, b.actor.Tenant, r.Member)
				b.must(err)
				members[r.Member] = m.ExternalID
			}
			key := members[r.Member] + " " + r.OccurredAt.Format("2006-01-02T15:04:05") + " " + stores[r.Store]
			points, ok := want[key]
			if !ok || int64(r.Totals.Earn) != points {
				b.t.Errorf("%s: %d tenths, the reference says %d (known %v)", key, r.Totals.Earn, points, ok)
			}
			delete(want, key)
			after = r.ID
		}
		if len(list) < 200 {
			break
		}
	}
	if len(want) > 0 {
		b.t.Errorf("%d receipts are not in the books", len(want))
	}
}

// TestRealX5: on every real receipt the programme's points are those of an independent reckoning of the chain's rule.
func TestRealX5(t *testing.T) {
	t.Parallel()
	file := realFile(t, "x5_receipts.tsv.gz")
	each(t, "RUB", "Europe/Moscow", func(b *bundle) {
		z, err := gzip.NewReader(bytes.NewReader(file))
		b.must(err)
		plain, err := io.ReadAll(z)
		b.must(err)
		r := checkX5(b, file, string(plain))
		b.sound()
		t.Logf("%d receipts, the points of %d are equal to those given", r.Given.Receipts, r.Given.Equal)
	})
}
