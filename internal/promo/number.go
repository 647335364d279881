package promo

import (
	"math/bits"

	"github.com/verno-loyalty/verno/money"
)

// scale is n × num ÷ den, rounded, where n is zero or more. A result above money.MaxPoints becomes that: no basket may
// stop the rules by its size.
func scale(n, num, den int64, how money.Rounding) int64 {
	const most = int64(money.MaxPoints)
	hi, lo := bits.Mul64(uint64(n), uint64(num))
	topHi, topLo := bits.Mul64(uint64(most), uint64(den))
	if hi > topHi || hi == topHi && lo >= topLo {
		return most
	}
	return money.MulDiv(n, num, den, how)
}

// whole is how many times size fits into n.
func whole(n, size int64) int64 { return money.MulDiv(n, 1, size, money.Down) }

// gcd is the greatest common divisor of two numbers above zero.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
