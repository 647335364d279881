package code_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
)

// stream is entropy that is the same each time: SHA-256 of a seed and a counter.
type stream struct {
	seed uint64
	n    uint64
	buf  bytes.Buffer
}

func entropy(seed uint64) io.Reader { return &stream{seed: seed} }

func (s *stream) Read(p []byte) (int, error) {
	for s.buf.Len() < len(p) {
		s.n++
		var in [16]byte
		binary.BigEndian.PutUint64(in[:8], s.seed)
		binary.BigEndian.PutUint64(in[8:], s.n)
		sum := sha256.Sum256(in[:])
		s.buf.Write(sum[:])
	}
	return s.buf.Read(p)
}

// The vectors stay as they are for as long as a card that was printed is in a pocket.
func TestGoldenCodes(t *testing.T) {
	t.Parallel()
	source := entropy(1)
	for _, c := range []struct{ what, got, want string }{
		{"number", string(code.NewNumber(source)), "9354164607910627"},
		{"machine", string(code.NewMachine(source)), "159507340696881659908463189827823806093520"},
	} {
		if c.got != c.want {
			t.Errorf("%s is %s, want %s", c.what, c.got, c.want)
		}
	}
	if got := code.Number("9123456789012345").Spaced(); got != "9123 4567 8901 2345" {
		t.Errorf("spaced: %q", got)
	}
}

func TestNumberIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	number := code.NewNumber(entropy(2))
	n := string(number)
	for _, typed := range []string{
		n, number.Spaced(), "  " + n[:4] + "-" + n[4:8] + "–" + n[8:] + " ", n[:8] + "\u00a0" + n[8:], "\t" + n,
	} {
		if got, err := code.ParseNumber(typed); err != nil || got != number {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{
		"", "9", n[:15], n + "0", "8" + n[1:], strings.Repeat("9", 400), "９１２３４５６７８９０１２３４５", n[:15] + "a", "−" + n[1:],
	} {
		if _, err := code.ParseNumber(typed); !errors.Is(err, verno.Invalid("card_number_invalid")) {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

// A cashier's two commonest mistakes, a wrong digit and two swapped neighbours, are never another number, and in a
// machine code neither are a scanner's.
func TestCheckDigitsCatchMistakes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source := entropy(rapid.Uint64().Draw(t, "seed"))
		number, machine := string(code.NewNumber(source)), string(code.NewMachine(source))
		for _, c := range []struct {
			text  string
			parse func(string) bool
		}{
			{number, func(s string) bool { _, err := code.ParseNumber(s); return err == nil }},
			{machine, func(s string) bool { _, err := code.ParseMachine(s); return err == nil }},
		} {
			if !c.parse(c.text) {
				t.Fatalf("%s does not read", c.text)
			}
			at := rapid.IntRange(0, len(c.text)-1).Draw(t, "at")
			wrong := []byte(c.text)
			wrong[at] = '0' + (wrong[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
			if c.parse(string(wrong)) {
				t.Fatalf("%s passes for %s", wrong, c.text)
			}
			swapped := []byte(c.text)
			if at > 0 && swapped[at] != swapped[at-1] {
				swapped[at], swapped[at-1] = swapped[at-1], swapped[at]
				if c.parse(string(swapped)) {
					t.Fatalf("%s passes for %s", swapped, c.text)
				}
			}
		}
	})
}

func TestNoCodeWithoutEntropy(t *testing.T) {
	t.Parallel()
	for name, draw := range map[string]func(io.Reader){
		"number":  func(r io.Reader) { code.NewNumber(r) },
		"machine": func(r io.Reader) { code.NewMachine(r) },
		"secret":  func(r io.Reader) { code.NewSecret(r) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was made from nothing", name)
				}
			}()
			draw(strings.NewReader("short"))
		}()
	}
}
