package money

import "strings"

// Quantity counts goods in thousandths: 1500 is 1.5 pieces or kilograms.
type Quantity int64

// One is a single piece; MaxQuantity is the most that a line may hold, a million.
const (
	One         Quantity = 1000
	MaxQuantity Quantity = 1_000_000 * One
)

// ParseQuantity reads a plain decimal with at most three places, such as "0.345". It returns ErrSyntax for anything
// else and ErrRange for what is not above zero and at most MaxQuantity.
func ParseQuantity(s string) (Quantity, error) {
	n, err := parseScaled(s, 3)
	if err != nil {
		return 0, err
	}
	if n <= 0 || Quantity(n) > MaxQuantity {
		return 0, ErrRange
	}
	return Quantity(n), nil
}

// String writes the quantity in its shortest form: "1", "1.5", "0.345".
func (q Quantity) String() string {
	s := formatScaled(int64(q), 3)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Whole reports whether the quantity is a number of pieces, and how many.
func (q Quantity) Whole() (pieces int64, ok bool) { return int64(q / One), q%One == 0 }

// Times is the price of a quantity: unit price × quantity, rounded half up as tills do.
func (q Quantity) Times(unit Amount) Amount {
	return Amount(MulDiv(int64(unit), int64(q), int64(One), HalfUp))
}
