package auth

import (
	_ "embed"
	"strings"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Hashing says how hard a guess at a stolen hash is made. Zeros choose the defaults.
type Hashing = vault.Hashing

// The bounds of a password, in characters. The upper one keeps hashing cheap, not people short.
const (
	minPassword = 10
	maxPassword = 200
)

//go:embed common_passwords.txt
var commonText string

// common are the passwords that guessers try first, and the words to which people add digits to make them long enough.
var common = func() map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(commonText) {
		all[word] = true
	}
	return all
}()

// checkPassword notes why a password is too easy to guess.
func checkPassword(faults *verno.Faults, pointer, password, login string) {
	lower := strings.ToLower(password)
	letters := strings.TrimRight(lower, "0123456789!@#$%^&*()_-+=.,?")
	switch {
	case utf8.RuneCountInString(password) < minPassword || utf8.RuneCountInString(password) > maxPassword:
		faults.Text(pointer, password, minPassword, maxPassword)
	case common[lower] || common[letters] || differentRunes(lower) < 5:
		faults.Say(pointer, "password_common")
	case len(login) >= 4 && strings.Contains(lower, strings.ToLower(login)):
		faults.Say(pointer, "password_has_login")
	}
}

func differentRunes(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
