package books_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// day is a little of everything: sales with points and discounts, returns, refusals, debts, several seals and a tail.
func (s *shop) day() {
	s.t.Helper()
	for n := range 30 {
		owner := member(n % 5)
		sale := s.sale(fmt.Sprint("sale ", n), owner, 1+n%10, 0)
		s.must(earn(fmt.Sprint("earn ", n), owner, 50))
		second := s.sale(fmt.Sprint("second sale ", n), owner, 8, 30)
		if n%3 == 0 {
			s.must(giveBack(fmt.Sprint("return ", n), owner, sale, "1"), giveBack(fmt.Sprint("second return ", n), owner, second, "2", "5"))
		}
		if _, err := s.Do(s.ctx, spend(fmt.Sprint("too much ", n), owner, 1<<40)); code(err) != "insufficient_points" {
			s.t.Fatal(err)
		}
		if n%10 == 9 {
			s.seal()
		}
	}
	s.must(earn("tail", member(0), 1), sell("tail sale", member(1), 3, 0))
}

// verify verifies and wants these problems and no others.
func (s *shop) verify(want ...string) books.Report {
	s.t.Helper()
	last := int64(-1)
	report, err := books.Verify(s.ctx, s.reader, func(done, total int64) {
		if done < last || done > total {
			s.t.Errorf("%d rows of %d after %d", done, total, last)
		}
		last = done
	})
	if err != nil {
		s.t.Fatal(err)
	}
	var got []string
	for _, p := range report.Problems {
		if got = append(got, p.Code); !slices.Contains(want, p.Code) {
			s.t.Errorf("found %s, %s: %s", p.Code, p.Subject, p.Detail)
		}
	}
	for _, code := range want {
		if !slices.Contains(got, code) {
			s.t.Errorf("did not find %s, but %q", code, got)
		}
	}
	if report.OK != (len(want) == 0) || report.Found < int64(len(report.Problems)) {
		s.t.Errorf("%v with %d problems", report.OK, report.Found)
	}
	return report
}

// TestSoundBooks are found to be sound, and counted.
func TestSoundBooks(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		s.verify()
		s.day()
		got := s.verify()
		want := books.Report{
			OK: true, Tenants: 1, Receipts: 81, Entries: 112, Postings: got.Postings, Accounts: 7, Lots: got.Lots, Operations: 112,
			Events: 112, Sealed: 110, UnsealedTail: 2, Checkpoints: 3, Problems: got.Problems,
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
	})
}

// BenchmarkVerify verifies sealed receipts of eight lines, each with its entry, event and operation.
func BenchmarkVerify(b *testing.B) {
	for _, e := range storetest.Engines(b) {
		b.Run(e.String(), func(b *testing.B) {
			const receipts = 40_000
			s := open(b, storetest.Open(b, storetest.DSN(b, e)), books.Options{})
			s.sales(receipts)
			s.seal()
			if err := s.store.Checkpoint(s.ctx); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				s.verify()
			}
			b.ReportMetric(float64(receipts*b.N)/b.Elapsed().Seconds(), "receipts/s")
		})
	}
}
