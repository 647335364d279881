package rig_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/server"
)

// TestStory plays a fortnight of each kind of chain, in one language or the other. Its books are sound, and the same
// seed sells the same goods for the same money.
func TestStory(t *testing.T) {
	t.Parallel()
	for kind, language := range map[string]string{"cafe": "ru", "shop": "en", "pharmacy": "ru"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var gross []int64
			night := time.Date(2026, time.November, 22, 0, 30, 0, 0, time.UTC) // Nobody sells, so that seconds do not matter.
			for range 2 {
				began := time.Now()
				c := server.Config{
					DB: filepath.Join(t.TempDir(), "story.db"), KEKs: rig.KEK(), Fresh: true, Clock: func() time.Time { return night.Add(time.Since(began)) }, Log: slog.New(slog.DiscardHandler),
				}
				told, err := rig.Tell(t.Context(), c, rig.Telling{
					Kind: rig.Kinds[kind], Language: language, Login: "demo", Password: "garden street 12 opens", Days: 14, Members: 60,
					Receipts: 40, Seed: 7, Say: func(string, int, int) {},
				})
				if err != nil {
					t.Fatal(err)
				}
				report, err := server.Verify(t.Context(), c, func(int64, int64) {})
				if err != nil || !report.OK || report.UnsealedTail != 0 {
					t.Fatalf("%v, %v", report, err)
				}
				if told.Sales < 300 || told.Joined < 40 || told.Anonymous == 0 || told.Spent == 0 || told.Best.IsZero() {
					t.Errorf("%+v", told)
				}
				gross = append(gross, int64(told.Gross))
			}
			if gross[0] != gross[1] {
				t.Errorf("the same seed sold for %d and %d", gross[0], gross[1])
			}
		})
	}
}
