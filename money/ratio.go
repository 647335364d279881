package money

import (
	"errors"
	"math/bits"
	"strings"
)

// ErrSyntax says that a text is not a plain decimal; ErrRange that a number is out of its bounds.
var (
	ErrSyntax = errors.New("money: not a plain decimal number")
	ErrRange  = errors.New("money: number out of range")
)

// Rounding says which of the two neighbours an inexact result becomes. The zero value is Down.
type Rounding uint8

// The roundings. Down and Up go towards and away from zero; the halves round to the nearest and differ in ties.
const (
	Down Rounding = iota
	HalfUp
	HalfEven
	Up
)

var roundingNames = [...]string{"down", "half_up", "half_even", "up"}

func (r Rounding) String() string { return roundingNames[r] }

// MarshalText writes the rounding's name.
func (r Rounding) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a rounding's name; the empty text is Down. It returns ErrSyntax for an unknown name.
func (r *Rounding) UnmarshalText(b []byte) error {
	for i, name := range roundingNames {
		if string(b) == name {
			*r = Rounding(i)
			return nil
		}
	}
	if len(b) == 0 {
		*r = Down
		return nil
	}
	return ErrSyntax
}

// MulDiv is a × num ÷ den without overflow in between, rounded. The denominator must be above zero and the numerator
// not below it; a result beyond int64 panics, as the bounds of what comes from outside exclude it.
func MulDiv(a, num, den int64, r Rounding) int64 {
	if den <= 0 || num < 0 {
		panic("money: MulDiv needs num >= 0 and den > 0")
	}
	if n, ok := planted(a, num, den); ok {
		return n
	}
	neg := a < 0
	u := uint64(a)
	if neg {
		u = -u
	}
	hi, lo := bits.Mul64(u, uint64(num))
	if hi >= uint64(den) {
		panic("money: MulDiv overflows")
	}
	q, rem := bits.Div64(hi, lo, uint64(den))
	if rem != 0 && roundsUp(q, rem, uint64(den), r) {
		q++
	}
	if q > 1<<63-1 {
		panic("money: MulDiv overflows")
	}
	if neg {
		return -int64(q)
	}
	return int64(q)
}

func roundsUp(q, rem, den uint64, r Rounding) bool {
	switch r {
	case Up:
		return true
	case HalfUp:
		return rem >= den-rem
	case HalfEven:
		return rem > den-rem || rem == den-rem && q&1 == 1
	default:
		return false
	}
}

// Ratio is a rate of two integers: minor units for a point, points for a minor unit. The zero Ratio is not valid.
type Ratio struct {
	Num int64 `json:"num"`
	Den int64 `json:"den"`
}

// Valid reports whether both parts are above zero and small enough for any amount.
func (r Ratio) Valid() bool {
	return r.Num > 0 && r.Den > 0 && r.Num <= 1_000_000 && r.Den <= 1_000_000
}

// Of is n × r, rounded.
func (r Ratio) Of(n int64, how Rounding) int64 { return MulDiv(n, r.Num, r.Den, how) }

// Inverse is the ratio that leads back.
func (r Ratio) Inverse() Ratio { return Ratio{Num: r.Den, Den: r.Num} }

// Percent is a share in hundredths of a percent: 1250 is 12.5 %.
type Percent int64

// Full is one hundred percent.
const Full Percent = 10_000

// ParsePercent reads a plain decimal with at most two places, such as "12.5". It returns ErrSyntax for anything else
// and ErrRange below zero or above 1000 %.
func ParsePercent(s string) (Percent, error) {
	n, err := parseScaled(s, 2)
	if err != nil {
		return 0, err
	}
	if n < 0 || Percent(n) > 10*Full {
		return 0, ErrRange
	}
	return Percent(n), nil
}

// Of is the percent's share of n, rounded.
func (p Percent) Of(n int64, how Rounding) int64 { return MulDiv(n, int64(p), int64(Full), how) }

// String writes the percent in its shortest form, without a sign: "12.5".
func (p Percent) String() string {
	s := formatScaled(int64(p), 2)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// MarshalText writes the shortest form.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what ParsePercent reads.
func (p *Percent) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePercent(string(b))
	return err
}

// MarshalText writes the shortest form.
func (q Quantity) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalText reads what ParseQuantity reads.
func (q *Quantity) UnmarshalText(b []byte) (err error) {
	*q, err = ParseQuantity(string(b))
	return err
}
