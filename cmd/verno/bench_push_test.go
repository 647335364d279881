package main_test

import (
	"encoding/json"
	"testing"
)

// TestBenchPushTellsPhasesApart: the books, the log and delivery are each timed for themselves and add up to the whole, and
// what changed each card twice while delivery stood still is told once.
func TestBenchPushTellsPhasesApart(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		got := s.does("bench", "push", "--db", s.db, "--passes", "60", "--seconds", "1", "--rate", "20", "--gap", "0s", "--json")
		var f struct {
			Passes    int
			Awards    float64 `json:"awards_seconds"`
			Seal      float64 `json:"seal_seconds"`
			Delivery  float64 `json:"delivery_seconds"`
			Bare      float64 `json:"bare_per_second"`
			Delivered float64 `json:"delivered_per_second"`
			Share     float64 `json:"delivered_of_bare"`
			Whole     float64 `json:"whole_per_second"`
			Events    int     `json:"awarded_events"`
			Told      int     `json:"delivered_told"`
		}
		if err := json.Unmarshal([]byte(got.out), &f); err != nil {
			s.t.Fatal(err, got.out)
		}
		if f.Passes != 60 || f.Events != 120 || f.Told != 60 {
			s.t.Errorf("%d cards, %d events, %d notifications", f.Passes, f.Events, f.Told)
		}
		near := func(a, b float64) bool { return a > b*0.99 && a < b*1.01 }
		if whole := f.Awards + f.Seal + f.Delivery; f.Awards <= 0 || f.Seal < 0 || !near(f.Whole*whole, 60) || !near(f.Delivered*f.Delivery, 60) || !near(f.Share*f.Bare, f.Delivered) {
			s.t.Errorf("the phases are no parts of the whole: %s", got.out)
		}
	})
}
