package fraud_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/fraud"
)

var (
	moscow      = fraud.Point{LatitudeE6: 55_755_800, LongitudeE6: 37_617_300}
	petersburg  = fraud.Point{LatitudeE6: 59_938_600, LongitudeE6: 30_314_100}
	anadyr      = fraud.Point{LatitudeE6: 64_735_800, LongitudeE6: 177_518_900}
	nome        = fraud.Point{LatitudeE6: 64_501_100, LongitudeE6: -165_406_400}
	nextHouse   = fraud.Point{LatitudeE6: 55_756_300, LongitudeE6: 37_617_300}
	otherSideOf = fraud.Point{LatitudeE6: -55_755_800, LongitudeE6: -142_382_700}
)

func TestMetres(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b      fraud.Point
		low, high int64
	}{
		{moscow, moscow, 0, 0},
		{moscow, nextHouse, 50, 60},
		{moscow, petersburg, 632_000, 636_000},
		{anadyr, nome, 770_000, 830_000}, // over the line where dates change
		{moscow, otherSideOf, 20_014_000, 20_016_000},
	} {
		for _, got := range []int64{fraud.Metres(c.a, c.b), fraud.Metres(c.b, c.a)} {
			if got < c.low || got > c.high {
				t.Errorf("%v to %v: %d m, want %d to %d", c.a, c.b, got, c.low, c.high)
			}
		}
	}
}

func TestOutOfReach(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		to   fraud.Point
		in   time.Duration
		want bool
	}{
		{moscow, 0, false},
		{nextHouse, 0, false},
		{nextHouse, -time.Hour, false},
		{petersburg, 0, true},
		{petersburg, 4 * time.Hour, true},
		{petersburg, 5 * time.Hour, false},
		{petersburg, -5 * time.Hour, true},
		{otherSideOf, 5 * 24 * time.Hour, true},
		{otherSideOf, 6 * 24 * time.Hour, false},
	} {
		if got := fraud.OutOfReach(moscow, c.to, c.in); got != c.want {
			t.Errorf("to %v in %v: %v", c.to, c.in, got)
		}
	}
}
