package store_test

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// trade is what some receipts of a month say, drawn from a seed: two programmes, three stores, a few members, returns,
// and some that a till handed in days after they happened.
func trade(n int) []*store.ReceiptRow {
	draw := rand.New(rand.NewPCG(3, 2026))
	list := make([]*store.ReceiptRow, n)
	for i := range list {
		day := draw.IntN(28)
		at := time.Date(2026, 11, 1+day, 8+draw.IntN(12), draw.IntN(60), 0, 0, time.UTC)
		r := &store.ReceiptRow{Receipt: verno.Receipt{
			Tenant: us, ID: id[verno.ReceiptID](i + 1), Kind: verno.ReceiptSale, Programme: id[verno.ProgrammeID](1 + draw.IntN(2)),
			Store: id[verno.StoreID](1 + draw.IntN(3)), Number: strconv.Itoa(draw.IntN(1 + n/2)), BusinessDate: int32(20261101 + day), OccurredAt: at,
			ReceivedAt: at.AddDate(0, 0, draw.IntN(3)), Currency: "RUB",
		}}
		r.Totals = verno.Totals{Payable: money.Amount(draw.IntN(100_000)), Points: money.Points(draw.IntN(50)), Earn: money.Points(draw.IntN(90))}
		r.Owner = verno.OwnerID(r.Store)
		if draw.IntN(3) > 0 {
			r.Member = id[verno.MemberID](1 + draw.IntN(20))
			r.Owner = verno.MemberOwner(r.Member)
		}
		if i > 10 && draw.IntN(10) == 0 {
			r.Kind, r.Parent = verno.ReceiptReturn, list[draw.IntN(10)].ID
		}
		list[i] = r
	}
	return list
}

func place(t *testing.T, s *store.Store) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		for i := range 3 {
			_, err := tx.InsertPlace(t.Context(), verno.Store{
				Tenant: us, ID: id[verno.StoreID](i + 1), Programme: id[verno.ProgrammeID](1), Issuer: id[verno.IssuerID](1), Name: "Shop", TimeZone: "Europe/Moscow", CreatedAt: now, UpdatedAt: now,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDayTotals compares what the database adds up with the same sums made by hand, for spans that cut the month.
func TestDayTotals(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		list := trade(400)
		inHot(t, s, func(h *store.HotTx) { h.PutReceipts(list) })
		for _, span := range []store.Span{
			{Tenant: us, Programme: id[verno.ProgrammeID](1), First: 20261101, Last: 20261130},
			{Tenant: us, Programme: id[verno.ProgrammeID](2), First: 20261105, Last: 20261105},
			{Tenant: us, Programme: id[verno.ProgrammeID](1), Store: id[verno.StoreID](2), First: 20261110, Last: 20261120},
			{Tenant: us, Programme: id[verno.ProgrammeID](1), First: 20261201, Last: 20261231},
			{Tenant: id[verno.TenantID](77), Programme: id[verno.ProgrammeID](1), First: 20261101, Last: 20261130},
		} {
			got, err := s.Reader().DayTotals(t.Context(), span, verno.ReceiptSale)
			if err != nil {
				t.Fatal(err)
			}
			returns, err := s.Reader().DayTotals(t.Context(), span, verno.ReceiptReturn)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, returns...)
			want, buyers := byHand(list, span)
			for _, d := range [][]store.DayTotal{got, want} {
				slices.SortFunc(d, func(a, b store.DayTotal) int {
					return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Kind, b.Kind))
				})
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("%+v (-by hand +read):\n%s", span, diff)
			}
			all, again, err := s.Reader().Buyers(t.Context(), span)
			if err != nil {
				t.Fatal(err)
			}
			twice := int64(0)
			for _, n := range buyers {
				if n > 1 {
					twice++
				}
			}
			if all != int64(len(buyers)) || again != twice {
				t.Errorf("%+v: %d bought, %d again; by hand %d and %d", span, all, again, len(buyers), twice)
			}
		}
	})
}

func byHand(list []*store.ReceiptRow, span store.Span) (want []store.DayTotal, buyers map[verno.MemberID]int) {
	buyers = map[verno.MemberID]int{}
	for _, r := range list {
		if r.Tenant != span.Tenant || r.Programme != span.Programme || r.BusinessDate < span.First || r.BusinessDate > span.Last ||
			!span.Store.IsZero() && r.Store != span.Store {
			continue
		}
		carded := !r.Member.IsZero()
		if carded && r.Kind == verno.ReceiptSale {
			buyers[r.Member]++
		}
		at := slices.IndexFunc(want, func(d store.DayTotal) bool { return d.Date == r.BusinessDate && d.Kind == r.Kind })
		if at < 0 {
			at = len(want)
			want = append(want, store.DayTotal{Date: r.BusinessDate, Kind: r.Kind})
		}
		d := &want[at]
		d.Count++
		d.Payable += r.Totals.Payable
		if carded {
			d.Carded++
			d.PayableCarded += r.Totals.Payable
		}
		d.Points += r.Totals.Points
		d.Earned += r.Totals.Earn
	}
	return want, buyers
}

// TestSold pages through receipts, narrowed in every way: no page misses one or gives one twice, and late receipts stand
// where they happened.
func TestSold(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		place(t, s)
		list := trade(300)
		inHot(t, s, func(h *store.HotTx) { h.PutReceipts(list) })
		for _, c := range []struct {
			f    store.SoldFilter
			keep func(*store.ReceiptRow) bool
		}{
			{store.SoldFilter{}, func(*store.ReceiptRow) bool { return true }},
			{store.SoldFilter{First: 20261105, Last: 20261112}, func(r *store.ReceiptRow) bool { return r.BusinessDate >= 20261105 && r.BusinessDate <= 20261112 }},
			{store.SoldFilter{Store: id[verno.StoreID](2)}, func(r *store.ReceiptRow) bool { return r.Store == id[verno.StoreID](2) }},
			{store.SoldFilter{Member: id[verno.MemberID](7)}, func(r *store.ReceiptRow) bool { return r.Member == id[verno.MemberID](7) }},
			{store.SoldFilter{Kind: verno.ReceiptReturn}, func(r *store.ReceiptRow) bool { return r.Kind == verno.ReceiptReturn }},
			{store.SoldFilter{Number: list[5].Number}, func(r *store.ReceiptRow) bool { return r.Number == list[5].Number }},
			{store.SoldFilter{Cards: "with", Least: 20_000}, func(r *store.ReceiptRow) bool { return !r.Member.IsZero() && r.Totals.Payable >= 20_000 }},
			{store.SoldFilter{Cards: "without", Most: 50_000}, func(r *store.ReceiptRow) bool { return r.Member.IsZero() && r.Totals.Payable <= 50_000 }},
		} {
			var want, got []verno.ReceiptID
			for _, r := range list {
				if c.keep(r) {
					want = append(want, r.ID)
				}
			}
			var after store.SoldPlace
			for {
				page, err := s.Reader().Sold(t.Context(), us, c.f, after, 17)
				if err != nil {
					t.Fatal(err)
				}
				for i := range page {
					if p := page[i].Place(); after != (store.SoldPlace{}) && !newer(after, p) {
						t.Fatalf("%+v stands after %+v", p, after)
					}
					after = page[i].Place()
					got = append(got, page[i].ID)
				}
				if len(page) < 17 {
					break
				}
			}
			for _, l := range [][]verno.ReceiptID{want, got} {
				slices.SortFunc(l, func(a, b verno.ReceiptID) int { return bytes.Compare(a[:], b[:]) })
			}
			if !slices.Equal(want, got) {
				t.Errorf("%+v: %d receipts, not %d", c.f, len(got), len(want))
			}
		}
		back, err := s.Reader().ReturnsOf(t.Context(), &list[4].Receipt, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range back {
			if r.Parent != list[4].ID || r.Kind != verno.ReceiptReturn {
				t.Errorf("%s is no return of it", r.ID)
			}
		}
	})
}

func newer(a, b store.SoldPlace) bool {
	return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.At, b.At), bytes.Compare(a.ID[:], b.ID[:])) > 0
}

// TestEventsOfKind pages through the log backwards by kind, sealed or not, within days.
func TestEventsOfKind(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		kinds := []verno.EventKind{verno.EventCardBlocked, verno.EventReceiptCommitted, verno.EventAccess, verno.EventIdentified}
		inHot(t, s, func(h *store.HotTx) {
			for n := range 40 {
				b := store.Batch{Tenant: us, ID: id[verno.BatchID](n + 1), At: int64(n), Count: 2, Leaves: make([]byte, 64), FirstSeq: -1}
				h.PutBatch(&b, []store.EventRow{
					{Ordinal: 0, Kind: kinds[n%4], Body: "{}"}, {Ordinal: 1, Kind: kinds[n%4], Body: "{}"},
				})
				if n < 20 {
					b.FirstSeq = int64(2 * n)
					h.Seal([]store.Batch{b})
				}
			}
		})
		read := func(span store.EventSpan, kind verno.EventKind) (list []store.EventRow) {
			for {
				var page []store.EventRow
				var err error
				if kind == kinds[1] || kind == kinds[3] {
					page, err = s.Reader().TrafficEvents(t.Context(), us, [3]verno.EventKind{kind}, span, 3)
				} else {
					page, err = s.Reader().EventsOfKind(t.Context(), us, kind, span, 3)
				}
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, page...)
				if len(page) < 3 {
					return list
				}
				last := &page[2]
				span.Before = store.EventPlace{Batch: last.Batch, Ordinal: last.Ordinal}
			}
		}
		for k, kind := range kinds {
			list := read(store.EventSpan{}, kind)
			if len(list) != 20 {
				t.Fatalf("%s: %d events, not 20", kind, len(list))
			}
			for i, e := range list {
				n := k + 4*(9-i/2) // of the batch, newest first
				seq := int64(-1)
				if n < 20 {
					seq = int64(2*n + 1 - i%2)
				}
				if e.Batch != id[verno.BatchID](n+1) || e.Ordinal != int64(1-i%2) || e.Seq != seq || e.Kind != kind {
					t.Errorf("%s: event %d is %+v, not the one of batch %d with number %d", kind, i, e, n, seq)
				}
			}
		}
		if list := read(store.EventSpan{From: id[verno.BatchID](10), Until: id[verno.BatchID](18)}, verno.EventAccess); len(list) != 4 {
			t.Errorf("%d events between the bounds, not 4", len(list))
		}
	})
}

// TestBegun: a fresh tenant has nothing behind it, and what waits for somebody is nothing.
func TestBegun(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		r := s.Reader()
		if b, err := r.Begun(t.Context(), us); err != nil || b != (store.Begun{}) {
			t.Errorf("%+v %v", b, err)
		}
		inHot(t, s, func(h *store.HotTx) { h.PutReceipts(trade(1)) })
		if b, err := r.Begun(t.Context(), us); err != nil || b != (store.Begun{Sold: true}) {
			t.Errorf("%+v %v", b, err)
		}
		tasks, err := r.OpenTasks(t.Context(), us)
		if err != nil || tasks != 0 {
			t.Error(tasks, err)
		}
		owners, owed, err := r.Debtors(t.Context(), us, id[verno.UnitID](1))
		if err != nil || owners != 0 || owed != 0 {
			t.Error(owners, owed, err)
		}
		drafts, err := r.ChangedDrafts(t.Context(), us, id[verno.ProgrammeID](1))
		if err != nil || drafts != 0 {
			t.Error(drafts, err)
		}
		silent, err := r.SilentTills(t.Context(), us, verno.StoreID{}, 1)
		if err != nil || silent != 0 {
			t.Error(silent, err)
		}
		since, err := r.UnsealedSince(t.Context(), us)
		if err != nil || since != 0 {
			t.Error(since, err)
		}
		if issued, err := r.Issued(t.Context(), us, id[verno.OwnerID](1)); err != nil || len(issued) != 0 {
			t.Error(issued, err)
		}
	})
}
