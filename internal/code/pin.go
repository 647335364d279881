package code

import (
	"slices"
	"strings"
)

// The digits of a member's PIN.
const (
	MinPIN = 4
	MaxPIN = 6
)

// PINTries is how many wrong PINs in a row lock a PIN.
const PINTries = 5

// PIN reads what somebody typed as a member's PIN; ok is false for what is none.
func PIN(text string) (pin string, ok bool) {
	pin = unspaced(text)
	return pin, len(pin) >= MinPIN && len(pin) <= MaxPIN && allDigits(pin)
}

// TrivialPIN recognises what is tried first: one digit, counting up or down, halves that repeat or mirror, and years.
func TrivialPIN(pin string) bool {
	same, up, down := true, true, true
	for i := 1; i < len(pin); i++ {
		step := (int(pin[i]) - int(pin[i-1]) + 10) % 10
		same, up, down = same && step == 0, up && step == 1, down && step == 9
	}
	half := len(pin) / 2
	mirrored := true
	for i := range half {
		mirrored = mirrored && pin[i] == pin[len(pin)-1-i]
	}
	repeats := strings.Repeat(pin[:half], 2) == pin || strings.Repeat(pin[:2], half) == pin || mirrored
	year := len(pin) == 4 && (strings.HasPrefix(pin, "19") || strings.HasPrefix(pin, "20"))
	return same || up || down || repeats || year
}

// GuessablePIN recognises a PIN that whoever knows a little of its owner tries first: a trivial one, a birthday, given as
// YYYY-MM-DD or --MM-DD, in whatever order people write it, or the end of a phone.
func GuessablePIN(pin, birthday, phone string) bool {
	if TrivialPIN(pin) || len(phone) >= len(pin) && strings.HasSuffix(phone, pin) {
		return true
	}
	if len(birthday) < len("--MM-DD") {
		return false
	}
	day, month := birthday[len(birthday)-2:], birthday[len(birthday)-5:len(birthday)-3]
	tried := []string{day + month, month + day}
	if len(birthday) == len("YYYY-MM-DD") {
		year := birthday[2:4]
		for _, order := range [...][3]string{{day, month, year}, {month, day, year}, {year, month, day}, {year, day, month}} {
			tried = append(tried, strings.Join(order[:], ""))
		}
		tried = append(tried, month+year, day+year, year+month, birthday[:4]+month, birthday[:4]+day, day+birthday[:4], month+birthday[:4])
	}
	return slices.Contains(tried, pin)
}
