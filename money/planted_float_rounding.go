//go:build bug_float_rounding

package money

import "math"

// planted computes as they do who keep money in floats: by a rate, to the nearest. Torture must catch it.
func planted(a, num, den int64) (int64, bool) {
	return int64(math.Round(float64(a) * (float64(num) / float64(den)))), true
}
