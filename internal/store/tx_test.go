package store_test

import (
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
)

// TestWriteAndRead is the round trip of every type, on both engines with the same text.
func TestWriteAndRead(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		type word string
		type id [4]byte
		ctx := t.Context()
		want := id{0, 1, 0, 255}
		err := s.Write(ctx, func(tx *store.Tx) error {
			n, err := tx.Exec(ctx, `INSERT INTO thing (id, count, name, note) VALUES ($1, $2, $3, $4)`, want, 5, word("cup"), nil)
			if n != 1 {
				t.Errorf("%d rows changed, want 1", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var (
			got   id
			count int64
			name  word
			note  *[]byte
			some  *word
		)
		row := s.Reader().QueryRow(ctx, `SELECT id, count, name, note, name FROM thing WHERE id = $1`, want)
		if err := row.Scan(&got, &count, &name, &note, &some); err != nil {
			t.Fatal(err)
		}
		if got != want || count != 5 || name != "cup" || note != nil || *some != "cup" {
			t.Errorf("got %v %d %q %v %v", got, count, name, note, *some)
		}
	})
}
