package code_test

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
)

func TestOneFieldTakesEverything(t *testing.T) {
	t.Parallel()
	number, machine := code.NewNumber(entropy(7)), code.NewMachine(entropy(8))
	live := code.Live(code.NewSecret(entropy(9)), machine, time.Unix(1_795_000_000, 0))
	wrong := string(number[:15]) + string('0'+(number[15]-'0'+1)%10)
	statement := code.Statement{AsOf: time.Unix(1_795_000_000, 0)}.Sign(ed25519.NewKeyFromSeed(make([]byte, 32)))
	for _, c := range []struct {
		text string
		want code.Scan
	}{
		{live, code.Scan{Kind: code.KindLive, Value: live, Machine: machine}},
		{"\x02" + live + "\r\n", code.Scan{Kind: code.KindLive, Value: live, Machine: machine}},
		{string(machine), code.Scan{Kind: code.KindMachine, Value: string(machine), Machine: machine}},
		{number.Spaced(), code.Scan{Kind: code.KindNumber, Value: string(number), Number: number}},
		{statement, code.Scan{Kind: code.KindStatement, Value: statement}},
		{"+7 (916) 123-45-67", code.Scan{Kind: code.KindPhone, Value: "+79161234567"}},
		{"8 916 123 45 67", code.Scan{Kind: code.KindPhone, Value: "89161234567"}},
		{"79161234567", code.Scan{Kind: code.KindPhone, Value: "79161234567"}},
		{"9161234567", code.Scan{Kind: code.KindPhone, Value: "9161234567"}},
		{"+49.30.901820", code.Scan{Kind: code.KindPhone, Value: "+4930901820"}},
		{"(812) 123-45-67", code.Scan{Kind: code.KindPhone, Value: "8121234567"}},
		{"4606203087123", code.Scan{Kind: code.KindExternal, Value: "4606203087123"}},
		{wrong, code.Scan{Kind: code.KindExternal, Value: wrong, Mistyped: true}},
		{"\u200bклиент №7\u0000", code.Scan{Kind: code.KindExternal, Value: "клиент №7"}},
		{"+7 916", code.Scan{Kind: code.KindExternal, Value: "+7 916"}},
		{"1.2.3.4.5.6.7", code.Scan{Kind: code.KindExternal, Value: "1.2.3.4.5.6.7"}},
		{"٩١٦١٢٣٤٥٦٧", code.Scan{Kind: code.KindExternal, Value: "٩١٦١٢٣٤٥٦٧"}},
	} {
		got, err := code.Parse(c.text)
		got.Text = ""
		if err != nil || got != c.want {
			t.Errorf("%q: %+v, %v, want %+v", c.text, got, err, c.want)
		}
	}
}

func TestScansThatAreNone(t *testing.T) {
	t.Parallel()
	machine := string(code.NewMachine(entropy(10)))
	for _, text := range []string{
		"",
		" \t\r\n\x00\u200b\xff",
		strings.Repeat("я", 201),
		strings.Repeat("1", 201),
		strings.Repeat("3", 401),
		strings.Repeat("\x00", 1<<20),
		"1" + machine[2:] + "0",
		strings.Repeat("2", 50),
		"7" + machine[1:],
		"2" + machine[1:41] + "0" + "12345678",
	} {
		if got, err := code.Parse(text); !errors.Is(err, verno.Invalid("code_unreadable")) || got != (code.Scan{}) {
			t.Errorf("%.60q: %+v, %v", text, got, err)
		}
	}
}

// FuzzParse: whatever is typed, there is an answer, it is clean, and typing the answer again gives it again.
func FuzzParse(f *testing.F) {
	machine := code.NewMachine(entropy(11))
	for _, seed := range []string{
		"", "\x00", string(machine), string(code.NewNumber(entropy(12))), "+7 (916) 123-45-67", "\xff\xfe", "клиент №7",
		code.Live(code.NewSecret(entropy(13)), machine, time.Unix(1_795_000_000, 0)), strings.Repeat("3", 300), "1e308", "-0",
		";96431234?", "%B1234^X^9912?;1234=9912?", "%;1?", "ж1234=99,",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		scan, err := code.Parse(text)
		if err != nil {
			if verno.AsError(err).Kind != verno.KindInvalid || scan != (code.Scan{}) {
				t.Fatalf("%q: %+v, %v", text, scan, err)
			}
			return
		}
		if scan.Value == "" || !utf8.ValidString(scan.Value) || strings.ContainsFunc(scan.Value, unicode.IsControl) {
			t.Fatalf("%q: %+v", text, scan)
		}
		again, err := code.Parse(scan.Text)
		if scan.Kind == code.KindExternal && again.Kind == code.KindPhone {
			return // A number from a stripe is no phone, though the same digits that are typed are one.
		}
		if err != nil || again != scan {
			t.Fatalf("%q: %+v, then %+v, %v", text, scan, again, err)
		}
	})
}
