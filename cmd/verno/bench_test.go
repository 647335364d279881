package main_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
)

// TestBenchVerifies: a benchmark ends with a verification of the whole database, prints it, and fails where the books are
// not sound, as after somebody has changed a balance.
func TestBenchVerifies(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		words := []string{"bench", "checkout", "--db", s.db, "--members", "20", "--clients", "4", "--seconds", "1"}
		if got := s.does(words...); !strings.HasSuffix(got.out, "\nsound\n") {
			s.t.Errorf("the end is %s", got.out)
		}
		st, err := store.Open(s.t.Context(), s.db, store.Options{})
		if err != nil {
			s.t.Fatal(err)
		}
		err = st.Write(s.t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(s.t.Context(), `UPDATE account SET balance = balance + 1`)
			return err
		})
		if err != nil || st.Close() != nil {
			s.t.Fatal(err)
		}
		got := s.verno(append(words, "--json")...)
		var found struct {
			Sales  int64 `json:"sales"`
			Verify struct {
				OK       bool              `json:"ok"`
				Receipts int64             `json:"receipts"`
				Problems []json.RawMessage `json:"problems"`
			} `json:"verify"`
		}
		err = json.Unmarshal([]byte(got.out), &found)
		if err != nil || got.code != 1 || found.Verify.OK || len(found.Verify.Problems) == 0 || found.Sales == 0 || found.Verify.Receipts < found.Sales {
			s.t.Errorf("exit code %d, %v: %.300s %s", got.code, err, got.out, got.err)
		}
	})
}
