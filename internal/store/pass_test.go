package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// aPass is a pass of a card of ours.
func aPass(n int) store.Pass {
	return store.Pass{
		Tenant: us, Card: id[verno.CardID](n), Member: id[verno.MemberID](n), Template: id[verno.TemplateID](1),
		Serial: string(rune('a'+n)) + "-serial", CreatedAt: now,
	}
}

// TestPassIsIssuedOnce: a card has one pass, found by card and by serial number, and its tag is the clock's next.
func TestPassIsIssuedOnce(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		insert := func(p store.Pass) (fresh bool) {
			t.Helper()
			err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
				fresh, err = tx.InsertPass(t.Context(), p)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return fresh
		}
		first, again := aPass(1), aPass(1)
		again.Serial = "another"
		if !insert(first) || insert(again) || !insert(aPass(2)) {
			t.Error("a card got two passes, or none")
		}
		got, err := s.Reader().PassBySerial(t.Context(), first.Serial)
		first.Tag, first.PushedTag, first.ModifiedAt = 1, 1, now.Truncate(1e9)
		if diff := cmp.Diff(first, got); err != nil || diff != "" {
			t.Errorf("%v: (-want +got):\n%s", err, diff)
		}
		if got, err := s.Reader().Pass(t.Context(), us, id[verno.CardID](2)); err != nil || got.Tag <= first.Tag {
			t.Errorf("the second has tag %d, %v", got.Tag, err)
		}
		if _, err := s.Reader().PassBySerial(t.Context(), "another"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a serial number that was not given out: %v", err)
		}
	})
}
