package exchange_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/exchange"
	"github.com/verno-loyalty/verno/money"
)

// TestDecimal: numbers as files have them, with the traces that floating point leaves, and nothing that must be guessed.
func TestDecimal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		places int
		want   int64
	}{
		{"6", 3, 6000},
		{"6.0", 3, 6000},
		{"-12", 0, -12},
		{" 2.55 ", 2, 255},
		{"0.345", 3, 345},
		{"-0", 2, 0},
		{"007", 0, 7},
		{"174.51999999999995", 2, 17452},
		{"0.30000000000000004", 2, 30},
		{"0.99999999999", 0, 1},
		{"2.5500000000", 2, 255},
	} {
		if got, err := exchange.Decimal(c.text, c.places); err != nil || got != c.want {
			t.Errorf("%q with %d places: %d, %v; want %d", c.text, c.places, got, err, c.want)
		}
	}
	for _, text := range []string{
		"", "-", ".", "1.", ".5", "+1", "1e3", "NaN", "Inf", "1,0", "1 000", "١٢", "0x10", "1_000", "--1", "1.2.3",
		"12345678901234", "0.001", "0.555", "0.123456789",
	} {
		if n, err := exchange.Decimal(text, 2); err == nil {
			t.Errorf("%q became %d", text, n)
		}
	}
}

func FuzzDecimal(f *testing.F) {
	f.Add("174.51999999999995", 2)
	f.Add("-0.3", 3)
	f.Fuzz(func(t *testing.T, s string, places int) {
		if places < 0 || places > 3 {
			return
		}
		if n, err := exchange.Decimal(s, places); err == nil && (n > 1e17 || n < -1e17) {
			t.Fatalf("%q became %d", s, n)
		}
	})
}

// FuzzFiles: whatever is in a file, each of its records ends as something that a till may be asked, or is rejected with a
// reason, and no line of it is read twice.
func FuzzFiles(f *testing.F) {
	f.Add(0, []byte(header+"536365,85123A,\"A, \"\"B\"\"\",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\nC1,\"\nx,y"))
	f.Add(1, []byte(`{"client_id":"a","transaction_history":[{"datetime":"2019-01-15T11:53:01","store_id":"s","regular_points_received":3.0,"express_points_received":0.0,"purchase_sum":308.0,"products":[{"product_id":"p","quantity":1}]}]}`+"\t{}\n"))
	f.Add(2, []byte(genericHeader+"11;01.02.2024 10:15;S1;m1;a;milk;\xcc\xee\xeb\xee\xea\xee;food;;2;89,90;;;;;;\n"))
	f.Add(0, []byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, which int, file []byte) {
		names := exchange.Presets()
		if which < 0 || which >= len(names) {
			return
		}
		check := func(lines []verno.Line, member, identity string) {
			sum := money.Amount(0)
			for i := range lines {
				l := &lines[i]
				sum += l.Sum
				if l.Quantity <= 0 || l.Quantity > money.MaxQuantity || !l.Price.Valid() || l.Sum < 0 || !utf8.ValidString(l.SKU+l.Name+l.Category) {
					t.Fatalf("%+v", l)
				}
			}
			if !sum.Valid() || len(identity) > 220 || len(lines) == 0 || strings.ContainsAny(member, "\x00\n") {
				t.Fatalf("%q of %q: %+v", identity, member, lines)
			}
		}
		_, _, _, _ = exchange.Read(names[which], file, check)
	})
}

// TestStrayQuote: a quotation mark that nobody closes spoils its own line only.
func TestStrayQuote(t *testing.T) {
	t.Parallel()
	row := "536365,85123A,LANTERN,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
	file := header + strings.Repeat(row, 3) + "536365,\"X,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n" + strings.Repeat(row, 40)
	records, units, rejected, err := exchange.Read("online-retail", []byte(file), func([]verno.Line, string, string) {})
	if err != nil || records != 44 || units != 44 || rejected != 1 {
		t.Errorf("%d records, %d units, %d rejected, %v; want 44, 44, 1", records, units, rejected, err)
	}
}

// TestLongLine: a line without an end is passed over in bounded memory.
func TestLongLine(t *testing.T) {
	t.Parallel()
	row := "536365,85123A,LANTERN,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
	file := header + row + strings.Repeat("x", 5<<20) + "\n" + row
	records, _, rejected, err := exchange.Read("online-retail", []byte(file), func([]verno.Line, string, string) {})
	if err != nil || records != 3 || rejected != 1 {
		t.Errorf("%d records, %d rejected, %v; want 3, 1", records, rejected, err)
	}
}
