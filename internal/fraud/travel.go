package fraud

import (
	"math"
	"time"
)

// Point is a place on earth, in millionths of a degree.
type Point struct {
	LatitudeE6, LongitudeE6 int64
}

const (
	// fastest is how far somebody gets in an hour, in metres, from one shop to another.
	fastest = 150_000
	// leeway is taken off every distance in time: scanners are carried about, and clocks differ.
	leeway = time.Minute
	// earth is the mean radius, in metres, of a globe that is round enough here.
	earth = 6_371_000
)

// OutOfReach says that nobody gets from one place to another in a time. A time below zero is none.
func OutOfReach(from, to Point, in time.Duration) bool {
	seconds := int64((max(0, in) + leeway) / time.Second)
	return Metres(from, to) > seconds*fastest/3600
}

// Metres is the way between two places along the surface (haversine).
func Metres(a, b Point) int64 {
	const radian = math.Pi / 180e6
	square := func(x float64) float64 { return x * x }
	lat1, lat2 := float64(a.LatitudeE6)*radian, float64(b.LatitudeE6)*radian
	h := square(math.Sin((lat2-lat1)/2)) +
		math.Cos(lat1)*math.Cos(lat2)*square(math.Sin(float64(b.LongitudeE6-a.LongitudeE6)*radian/2))
	return int64(2 * earth * math.Asin(math.Sqrt(min(1, h))))
}
