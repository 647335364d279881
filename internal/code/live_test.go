package code_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/code"
)

// The one-time part is RFC 6238's own: its test vectors for SHA-1 (appendix B), at the moments at which our step of 15
// seconds has the numbers that its step of 30 has.
func TestLiveCodeIsTOTP(t *testing.T) {
	t.Parallel()
	secret, machine := []byte("12345678901234567890"), code.NewMachine(entropy(3))
	for _, c := range []struct {
		unix int64
		want string
	}{
		{59, "94287082"},
		{1111111109, "07081804"},
		{1111111111, "14050471"},
		{1234567890, "89005924"},
		{2000000000, "69279037"},
		{20000000000, "65353130"},
	} {
		at := time.Unix(c.unix/30*15, 0)
		got := code.Live(secret, machine, at)
		if want := "2" + string(machine[1:]) + c.want; got != want {
			t.Errorf("at %d: %s, want %s", c.unix, got, want)
		}
	}
}

func TestLiveCodeLivesTwoSteps(t *testing.T) {
	t.Parallel()
	secret, machine := code.NewSecret(entropy(4)), code.NewMachine(entropy(5))
	start := time.Unix(1_795_000_005, 0).Truncate(code.Step)
	payload := code.Live(secret, machine, start)
	step := start.Unix() / 15
	for _, c := range []struct {
		after time.Duration
		ok    bool
	}{
		{-time.Second, false},
		{0, true},
		{14 * time.Second, true},
		{15 * time.Second, true},
		{29 * time.Second, true},
		{30 * time.Second, false},
		{time.Hour, false},
	} {
		got, ok := code.Check(secret, payload, start.Add(c.after))
		if ok != c.ok || ok && got != step {
			t.Errorf("after %v: step %d, %v", c.after, got, ok)
		}
	}
	other := code.NewSecret(entropy(6))
	if _, ok := code.Check(other, payload, start); ok {
		t.Error("another card's secret opens it")
	}
	if _, ok := code.Check(nil, code.Live(nil, machine, start), start); ok {
		t.Error("a card without a secret has a live code")
	}
	for _, payload := range []string{"", payload[1:], payload + "0", "1" + payload[1:], string(machine)} {
		if _, ok := code.Check(secret, payload, start); ok {
			t.Errorf("%q passes", payload)
		}
	}
}
