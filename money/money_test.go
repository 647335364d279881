package money_test

import (
	"errors"
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno/money"
)

// TestHostileNumbers: what people and programs put into number fields is refused, never guessed at.
func TestHostileNumbers(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "-", ".", "1.", ".5", "+1", "1e3", "1E308", "NaN", "Inf", "1,0", "1 000", "١٢", "１", "0x10", "1_000", " 1",
		"1 ", "1.0000", "9999999999999999999", "--1", "1.-1", "1.2.3", "1\x00",
	} {
		if q, err := money.ParseQuantity(s); err == nil {
			t.Errorf("ParseQuantity(%q) = %v, want an error", s, q)
		}
	}
	for _, s := range []string{"0", "-0", "0.000", "-1", "1000000.001"} {
		if _, err := money.ParseQuantity(s); !errors.Is(err, money.ErrRange) {
			t.Errorf("ParseQuantity(%q) = %v, want ErrRange", s, err)
		}
	}
}

// TestRoundTrip: what is written is read back as the same number.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := money.Quantity(rapid.Int64Range(1, int64(money.MaxQuantity)).Draw(t, "q"))
		if got, err := money.ParseQuantity(q.String()); err != nil || got != q {
			t.Fatalf("%v → %q → %v, %v", int64(q), q.String(), got, err)
		}
		a := money.Amount(rapid.Int64Range(-int64(money.MaxAmount), int64(money.MaxAmount)).Draw(t, "a"))
		for _, c := range []money.Currency{"RUB", "JPY", "KWD"} {
			if got, err := c.ParseAmount(c.Format(a)); err != nil || got != a {
				t.Fatalf("%v → %q → %v, %v", int64(a), c.Format(a), got, err)
			}
		}
	})
}

// TestMulDivAgainstBig compares every rounding with exact arithmetic.
func TestMulDivAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(-1e15, 1e15).Draw(t, "a")
		num := rapid.Int64Range(0, 1e6).Draw(t, "num")
		den := rapid.Int64Range(1, 1e12).Draw(t, "den")
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(a), big.NewInt(num)), big.NewInt(den))
		if exact.Cmp(big.NewRat(1<<62, 1)) > 0 || exact.Cmp(big.NewRat(-1<<62, 1)) < 0 {
			t.Skip("beyond int64")
		}
		for how, limit := range map[money.Rounding]*big.Rat{
			money.Down: big.NewRat(1, 1), money.Up: big.NewRat(1, 1),
			money.HalfUp: big.NewRat(1, 2), money.HalfEven: big.NewRat(1, 2),
		} {
			got := new(big.Rat).SetInt64(money.MulDiv(a, num, den, how))
			off := new(big.Rat).Sub(got, exact)
			if off.Abs(off).Cmp(limit) > 0 {
				t.Fatalf("MulDiv(%d,%d,%d,%v) = %v, exact %v", a, num, den, how, got, exact)
			}
			smaller := new(big.Rat).Abs(got).Cmp(new(big.Rat).Abs(exact))
			if how == money.Down && smaller > 0 || how == money.Up && smaller < 0 {
				t.Fatalf("%v rounds the wrong way: %v for %v", how, got, exact)
			}
		}
	})
}

// TestAllocate: parts add up exactly, each is within one of its share, and nothing goes to a weight of zero.
func TestAllocate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(-1e12, 1e12).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e12), 1, 60).Draw(t, "weights")
		parts := money.Allocate(nil, total, weights)
		sum, got := int64(0), int64(0)
		for i, w := range weights {
			sum += w
			got += parts[i]
		}
		if sum == 0 {
			return
		}
		if got != total {
			t.Fatalf("parts of %d add up to %d: %v", total, got, parts)
		}
		for i, w := range weights {
			exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(total), big.NewInt(w)), big.NewInt(sum))
			off := exact.Sub(exact, new(big.Rat).SetInt64(parts[i]))
			if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("part %d of %d is %d, off by %v", i, total, parts[i], off)
			}
		}
	})
}

// TestShareAddsUp: a whole that is given back in any number of steps is given back exactly.
func TestShareAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Int64Range(0, 1e12).Draw(t, "whole")
		of := rapid.Int64Range(1, 1e6).Draw(t, "of")
		done, sum := int64(0), int64(0)
		for done < of {
			n := rapid.Int64Range(1, of-done).Draw(t, "n")
			part := money.Share(whole, done+n, of) - money.Share(whole, done, of)
			if part < 0 {
				t.Fatalf("a step of %d gives %d", n, part)
			}
			sum += part
			done += n
		}
		if sum != whole {
			t.Fatalf("steps add up to %d of %d", sum, whole)
		}
	})
}

func FuzzParseQuantity(f *testing.F) {
	f.Add("1.5")
	f.Add("-0")
	f.Fuzz(func(t *testing.T, s string) {
		q, err := money.ParseQuantity(s)
		if err == nil && (q <= 0 || q > money.MaxQuantity) {
			t.Fatalf("%q became %d", s, q)
		}
	})
}

func Example() {
	price, _ := money.Currency("RUB").ParseAmount("199.90")
	weight, _ := money.ParseQuantity("0.345")
	sum := weight.Times(price)
	fmt.Println(money.Currency("RUB").Format(sum))
	fmt.Println(money.Allocate(nil, 100, []int64{1, 1, 1}))
	// Output:
	// 68.97
	// [34 33 33]
}

// TestCurrencies: what somebody pays with is a currency, with the decimal places of its coins; what only has the form of one,
// or is gold, a fund or history, is none.
func TestCurrencies(t *testing.T) {
	t.Parallel()
	for code, places := range map[money.Currency]int{"RUB": 2, "KZT": 2, "EUR": 2, "JPY": 0, "KWD": 3} {
		if !code.Valid() || code.Exponent() != places {
			t.Errorf("%s: valid %v, %d places", code, code.Valid(), code.Exponent())
		}
	}
	for _, code := range []money.Currency{"", "rub", "RUBL", "XXQ", "XXX", "XAU", "CLF", "SUR", "РУБ"} {
		if code.Valid() {
			t.Errorf("%s is a currency", code)
		}
	}
}
