package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// drawReceipt is a receipt of which everything is random but what is stored once and read twice.
func drawReceipt(t *rapid.T, n int) *store.ReceiptRow {
	r := &store.ReceiptRow{}
	drawInto(t, r)
	r.Tenant, r.ID = us, id[verno.ReceiptID](n)
	r.Facts.Basket.Currency, r.Facts.Moment.Store, r.Facts.Moment.Terminal = r.Currency, r.Store, r.Terminal
	r.Totals.Cashback = 0 // It is the sum of what was awarded, or what a return took.
	for i := range r.Outcome.Awards {
		r.Totals.Cashback += r.Outcome.Awards[i].Cashback()
	}
	if r.Return != nil {
		r.Totals.Cashback = r.Return.CashbackTaken
	}
	r.Outcome.Totals = r.Totals
	r.Outcome.Explained = nil // Shown, not stored.
	for i := range r.Tenders {
		r.Tenders[i].Scan = "" // It opens a certificate, and no receipt keeps it.
	}
	if r.Return != nil {
		for i := range r.Return.Tenders {
			r.Return.Tenders[i].Scan = ""
		}
	}
	r.AwardLots = make([]verno.LotID, len(r.Outcome.Awards))
	for i := range r.AwardLots {
		r.AwardLots[i] = id[verno.LotID](i)
	}
	return r
}

// TestReceiptsAreReadAsWritten writes receipts with random, hostile content in every field and reads the same.
func TestReceiptsAreReadAsWritten(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n += 2
			want := []*store.ReceiptRow{drawReceipt(t, n-1), drawReceipt(t, n)}
			returned := make([]*store.ReceiptRow, len(want))
			for i, r := range want {
				after := *r
				returned[i], r.Returned = &after, nil
			}
			inHot(t, s, func(h *store.HotTx) { h.PutReceipts(want) })
			for _, r := range want {
				sameReceipt(t, s, r)
			}
			inHot(t, s, func(h *store.HotTx) { h.PutReturned(returned) })
			for _, r := range returned {
				sameReceipt(t, s, r)
			}
		})
	})
}

func sameReceipt(t *rapid.T, s *store.Store, want *store.ReceiptRow) {
	t.Helper()
	got, err := s.Reader().Receipt(t.Context(), us, want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("receipt (-written +read):\n%s", diff)
	}
	if got.EntryHash() != want.EntryHash() {
		t.Fatal("the entry has another hash")
	}
}

// TestBrokenTextStaysText: what is not even UTF-8 cannot be kept, but it breaks nothing around it.
func TestBrokenTextStaysText(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		broken := []string{"\xff", "a\x00b", "\xed\xa0\x80", "caf\xe9\"", strings.Repeat("й", 200) + "\xd0"}
		for n, bad := range broken {
			r := &store.ReceiptRow{Receipt: verno.Receipt{Tenant: us, ID: id[verno.ReceiptID](n + 1), ReceivedAt: now, OccurredAt: now}}
			r.Facts.Basket.Lines = []verno.Line{{ID: "1", Name: bad, SKU: "after"}}
			r.Facts.Basket.Coupons = []string{bad}
			r.Facts.Member = &verno.MemberFacts{Level: bad, Purchases: 7}
			r.Tenders = []verno.Tender{{Kind: verno.TenderCash, Amount: 5, Reference: bad}}
			inHot(t, s, func(h *store.HotTx) { h.PutReceipts([]*store.ReceiptRow{r}) })
			got, err := s.Reader().Receipt(t.Context(), us, r.ID)
			if err != nil {
				t.Errorf("%q: %v", bad, err)
				continue
			}
			want := string([]rune(bad)) // U+FFFD for each byte that is none.
			line := got.Facts.Basket.Lines[0]
			if line.Name != want || got.Facts.Basket.Coupons[0] != want || got.Facts.Member.Level != want || got.Tenders[0].Reference != want {
				t.Errorf("%q: read %q, %+v, %+v, %+v", bad, line.Name, got.Facts.Basket, got.Facts.Member, got.Tenders)
			}
			if line.SKU != "after" || got.Facts.Member.Purchases != 7 || got.Tenders[0].Amount != 5 {
				t.Errorf("%q: what stands beside it was lost: %+v", bad, got)
			}
		}
	})
}

// TestLockedReceiptsAreWhole: a lock reads what a look reads, in the order that was asked for, and nothing that is not there.
func TestLockedReceiptsAreWhole(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		var all []*store.ReceiptRow
		for n := range 3 {
			all = append(all, &store.ReceiptRow{
				Receipt: verno.Receipt{
					Tenant: us, ID: id[verno.ReceiptID](n + 1), Owner: id[verno.OwnerID](9 - n), ReceivedAt: now, OccurredAt: now,
					Kind: verno.ReceiptSale, Entry: id[verno.EntryID](n + 1), Returned: map[string]money.Quantity{"1": 500},
				},
				Postings: "[]",
			})
		}
		inHot(t, s, func(h *store.HotTx) { h.PutReceipts(all) })
		inHot(t, s, func(h *store.HotTx) { h.PutReturned(all[2:]) })
		var got []*store.ReceiptRow
		inHot(t, s, func(h *store.HotTx) {
			h.LockReceipts(us, []verno.ReceiptID{id[verno.ReceiptID](1), id[verno.ReceiptID](3), id[verno.ReceiptID](7)},
				func(r *store.ReceiptRow) { got = append(got, r) })
		})
		all[0].Returned = nil
		if diff := cmp.Diff([]*store.ReceiptRow{all[0], all[2]}, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("locked (-want +got):\n%s", diff)
		}
	})
}

// TestReceiptsAreFound: lists go by ID, newest first, under every filter, and a walk sees each once.
func TestReceiptsAreFound(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		var all []*store.ReceiptRow
		for n := range 8 {
			r := verno.Receipt{
				Tenant: us, ID: id[verno.ReceiptID](n + 1), Owner: id[verno.OwnerID](n % 2), Kind: verno.ReceiptSale,
				Store: id[verno.StoreID](1 + n%2), Terminal: id[verno.TerminalID](1 + n%4), Member: id[verno.MemberID](1 + n%2),
				Number: []string{"A", "B"}[n%2], OccurredAt: now.Add(time.Duration(n) * time.Second), ReceivedAt: now,
			}
			if n == 7 {
				r.Kind = verno.ReceiptReturn
			}
			all = append(all, &store.ReceiptRow{Receipt: r})
		}
		inHot(t, s, func(h *store.HotTx) { h.PutReceipts(all) })
		micros := func(n int) int64 { return verno.Micros(now.Add(time.Duration(n) * time.Second)) }
		for name, c := range map[string]struct {
			f      store.ReceiptFilter
			before int
			want   string
		}{
			"all":      {store.ReceiptFilter{}, 0, "87654321"},
			"older":    {store.ReceiptFilter{}, 5, "4321"},
			"store":    {store.ReceiptFilter{Store: id[verno.StoreID](1)}, 0, "7531"},
			"terminal": {store.ReceiptFilter{Terminal: id[verno.TerminalID](4)}, 0, "84"},
			"member":   {store.ReceiptFilter{Member: id[verno.MemberID](2)}, 8, "642"},
			"kind":     {store.ReceiptFilter{Kind: verno.ReceiptReturn}, 0, "8"},
			"number":   {store.ReceiptFilter{Number: "A"}, 0, "7531"},
			"from":     {store.ReceiptFilter{From: micros(6)}, 0, "87"},
			"until":    {store.ReceiptFilter{Until: micros(2)}, 0, "21"},
			"none":     {store.ReceiptFilter{Number: "' OR 1=1 --"}, 0, ""},
		} {
			got, err := s.Reader().Receipts(t.Context(), us, c.f, id[verno.ReceiptID](c.before), 100)
			if err != nil || names(got) != c.want {
				t.Errorf("%s: %q, %v, want %q", name, names(got), err, c.want)
			}
		}
		other, err := s.Reader().Receipts(t.Context(), verno.TenantID{2}, store.ReceiptFilter{}, verno.ReceiptID{}, 100)
		if err != nil || len(other) > 0 {
			t.Errorf("another tenant sees %q, %v", names(other), err)
		}
		mine, err := s.Reader().ReceiptsOf(t.Context(), us, id[verno.OwnerID](1), id[verno.ReceiptID](8), 2)
		if err != nil || names(mine) != "64" {
			t.Errorf("an owner's: %q, %v", names(mine), err)
		}
		walked, after := "", verno.ReceiptID{}
		for {
			list, err := s.Reader().ReceiptsAfter(t.Context(), us, after, 3)
			if err != nil {
				t.Fatal(err)
			}
			if len(list) == 0 {
				break
			}
			walked, after = walked+names(list), list[len(list)-1].ID
		}
		if walked != "12345678" {
			t.Errorf("walked %q", walked)
		}
	})
}

func names(list []*store.ReceiptRow) string {
	var digits []byte
	for _, r := range list {
		digits = append(digits, '0'+r.ID[15])
	}
	return string(digits)
}

// TestEntriesAreReadAsWritten is the same for entries that are no receipts'.
func TestEntriesAreReadAsWritten(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n++
			account := ledger.Account{Owner: id[verno.OwnerID](1), Unit: id[verno.UnitID](1)}
			far := ledger.Account{Owner: id[verno.OwnerID](2), Role: verno.AccountIssuance, Unit: id[verno.UnitID](1)}
			e, err := ledger.NewEntry(id[verno.EntryID](n), us, text(t, "kind"), now, []ledger.Posting{
				{Account: account, Amount: 5, Lot: id[verno.LotID](1)}, {Account: far, Amount: -5},
			})
			if err != nil {
				t.Fatal(err)
			}
			want := store.Entry{
				Tenant: us, Owner: account.Owner, ID: e.ID(), Kind: e.Kind(), Reason: text(t, "reason"), Actor: text(t, "actor"),
				Ref: rapid.SliceOfN(rapid.Byte(), 1, 16).Draw(t, "ref"), At: verno.Micros(now), Postings: string(e.AppendPostings(nil)),
			}
			if rapid.Bool().Draw(t, "no ref") {
				want.Ref = nil
			}
			inHot(t, s, func(h *store.HotTx) {
				h.PutEntry(us, want.Owner, &e, e.AppendPostings(nil), want.Reason, want.Actor, want.Ref)
			})
			got, err := s.Reader().Entry(t.Context(), us, e.ID())
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Fatalf("%v: entry (-want +got):\n%s", err, diff)
			}
		})
		list, err := s.Reader().EntriesOf(t.Context(), us, id[verno.OwnerID](1), id[verno.EntryID](n), 1)
		if err != nil || len(list) != 1 || list[0].ID != id[verno.EntryID](n-1) {
			t.Errorf("the one before the last: %v, %v", list, err)
		}
		list, err = s.Reader().EntriesAfter(t.Context(), us, id[verno.EntryID](1), 2)
		if err != nil || len(list) != 2 || list[0].ID != id[verno.EntryID](2) {
			t.Errorf("the two after the first: %v, %v", list, err)
		}
	})
}
