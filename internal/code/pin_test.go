package code_test

import (
	"testing"

	"github.com/verno-loyalty/verno/internal/code"
)

func TestPIN(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"7390": "7390", "73 90": "7390", "739-041": "739041"} {
		if pin, ok := code.PIN(text); !ok || pin != want {
			t.Errorf("%q is read as %q, %v", text, pin, ok)
		}
	}
	for _, text := range []string{"", "739", "7390412", "739a", "७३९०", "-739"} {
		if pin, ok := code.PIN(text); ok {
			t.Errorf("%q is read as %q", text, pin)
		}
	}
}

// TestGuessablePIN: what whoever knows a little of a person tries first is refused, and what nobody would guess is not.
func TestGuessablePIN(t *testing.T) {
	t.Parallel()
	const phone = "+79161234567"
	for _, pin := range []string{
		"0000", "1234", "4321", "1212", "2002", "1221", "1985", "2024", "123456", "654321", "111111", "121212", // anybody's
		"3107", "0731", "310785", "073185", "850731", "853107", "0785", "3185", "8507", "198507", "311985", "071985", // of the birthday
		"4567", "34567", "234567", // of the phone
	} {
		if !code.GuessablePIN(pin, "1985-07-31", phone) {
			t.Errorf("%s would be guessed", pin)
		}
	}
	for _, pin := range []string{"7390", "2580", "739041", "86420"} {
		if code.GuessablePIN(pin, "1985-07-31", phone) || code.GuessablePIN(pin, "--07-31", "") || code.GuessablePIN(pin, "", "") {
			t.Errorf("%s would not be guessed", pin)
		}
	}
	if !code.GuessablePIN("3107", "--07-31", "") || code.GuessablePIN("3107", "", "") {
		t.Error("a birthday without its year is one where it is known")
	}
}
