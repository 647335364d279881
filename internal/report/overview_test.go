package report_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/report"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/money"
)

var (
	us        = verno.TenantID{1}
	programme = verno.ProgrammeID{2}
	issuer    = verno.IssuerID{3}
)

// now is past midnight where the programme is, and not yet in Greenwich.
var now = time.Date(2026, 11, 21, 20, 30, 0, 0, time.UTC)

// sale is a receipt of a day, by somebody or by nobody.
type sale struct {
	kind    verno.ReceiptKind
	date    int32
	member  byte // 0 for no card
	payable money.Amount
	earned  money.Points
	spent   money.Points
}

func chain(t *testing.T, s *store.Store, sales ...sale) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.InsertProgramme(t.Context(), store.Programme{Tenant: us, Draft: verno.Programme{
			ID: programme, Name: "Far East", Issuer: issuer, Currency: "RUB", TimeZone: "Asia/Vladivostok",
			Points: verno.PointsTerms{Value: money.Ratio{Num: 50, Den: 1}},
		}, Revision: 1, CreatedAt: now, UpdatedAt: now})
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]*store.ReceiptRow, len(sales))
	for i, one := range sales {
		r := &store.ReceiptRow{Receipt: verno.Receipt{
			Tenant: us, Kind: one.kind, Programme: programme, Store: verno.StoreID{4}, BusinessDate: one.date, OccurredAt: now, ReceivedAt: now, Currency: "RUB",
		}}
		binary.BigEndian.PutUint64(r.ID[8:], uint64(i+1))
		if one.member != 0 {
			r.Member = verno.MemberID{one.member}
		}
		r.Totals = verno.Totals{Payable: one.payable, Earn: one.earned, Points: one.spent}
		rows[i] = r
	}
	if err := s.Hot(t.Context(), 0, func(h *store.HotTx) error { h.PutReceipts(rows); return nil }); err != nil {
		t.Fatal(err)
	}
}

// TestOverview: days are the stores' own, returns take away what they gave back, and the period before is as long.
func TestOverview(t *testing.T) {
	t.Parallel()
	const sold, back = verno.ReceiptSale, verno.ReceiptReturn
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		chain(
			t, s,
			sale{sold, 20261122, 1, 100_00, 5, 0}, // today, which it is already over there
			sale{sold, 20261121, 1, 300_00, 15, 20},
			sale{sold, 20261116, 2, 201_00, 10, 0},
			sale{back, 20261121, 2, 101_00, 5, 0},
			sale{sold, 20261120, 0, 500_00, 0, 0},
			sale{sold, 20261115, 3, 250_00, 10, 0}, // the seven days before
			sale{sold, 20261109, 3, 150_00, 10, 0},
			sale{sold, 20261108, 4, 999_00, 99, 0}, // before that
			sale{sold, 20261123, 4, 999_00, 99, 0}, // and after today
		)
		o, err := report.Read(t.Context(), s.Reader(), report.Query{Tenant: us, Programme: programme, Days: 7}, now)
		if err != nil {
			t.Fatal(err)
		}
		f := o.Now
		if f.Sold != 1000_00 || f.SoldWithCard != 500_00 || f.Sales != 4 || f.SalesWithCard != 3 || f.Earned != 25 || f.Spent != 20 || f.Buyers != 2 || f.Again != 1 {
			t.Errorf("%+v", f)
		}
		if f.Share() != money.Full/2 || f.Average() != 200_33 || f.AverageWithout() != 500_00 || f.Returning() != money.Full/2 {
			t.Errorf("share %s, average %d and %d, returning %s", f.Share(), f.Average(), f.AverageWithout(), f.Returning())
		}
		if b := o.Before; b.Sold != 400_00 || b.Buyers != 1 || b.Again != 1 || b.Earned != 20 {
			t.Errorf("before: %+v", b)
		}
		if len(o.Days) != 7 || report.Date(o.Days[0].Date) != 20261116 || o.Days[5].Sold != 199_00 || o.Days[6].Sold != 100_00 || o.Days[1].Sold != 0 {
			t.Errorf("days %+v", o.Days)
		}
	})
}

// TestOwed: what was given out and has not come back is owed; points have a worth, money is money.
func TestOwed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		chain(t, s)
		unit, stored := verno.PointsUnit(programme), verno.UnitID{9}
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			if err := tx.InsertUnit(t.Context(), us, verno.Unit{ID: stored, Kind: verno.UnitMoney, Issuer: issuer, Currency: "RUB"}, now); err != nil {
				return err
			}
			tx.Bulk().AddTotals(us, []store.AccountTotal{
				{Account: ledger.Account{Owner: verno.ProgrammeOwner(programme), Role: verno.AccountIssuance, Unit: unit}, Amount: -1000},
				{Account: ledger.Account{Owner: verno.ProgrammeOwner(programme), Role: verno.AccountRedemption, Unit: unit}, Amount: 250},
				{Account: ledger.Account{Owner: verno.ProgrammeOwner(programme), Role: verno.AccountBreakage, Unit: unit}, Amount: 50},
				{Account: ledger.Account{Owner: verno.IssuerOwner(issuer), Role: verno.AccountClearing, Unit: stored}, Amount: -123_45},
			})
			return tx.Bulk().Flush(t.Context())
		})
		if err != nil {
			t.Fatal(err)
		}
		q := report.Query{Tenant: us, Programme: programme, Days: 30}
		o, err := report.Read(t.Context(), s.Reader(), q, now)
		if err != nil || o.Owed != (report.Liability{Points: 700, Worth: 350_00, Stored: 123_45}) {
			t.Errorf("%+v %v", o, err)
		}
		a, err := report.Waiting(t.Context(), s.Reader(), q, now)
		if err != nil || a.Drafts != 1 || a.Tasks != 0 || a.Debtors != 0 || a.SilentTills != 0 || !a.Unsealed.IsZero() {
			t.Errorf("%+v %v", a, err)
		}
	})
}

// TestChange says how much a figure has risen, and nothing where there was nothing.
func TestChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now, before int64
		want        money.Percent
		ok          bool
	}{{150, 100, 5000, true}, {50, 100, -5000, true}, {100, 100, 0, true}, {0, 3, -10000, true}, {-50, 100, -15000, true}, {7, 0, 0, false}, {7, -2, 0, false}} {
		if p, ok := report.Change(c.now, c.before); p != c.want || ok != c.ok {
			t.Errorf("%d after %d: %s %v", c.now, c.before, p, ok)
		}
	}
}
