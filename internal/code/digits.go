package code

import (
	"io"
	"strings"
)

// randomDigits makes n evenly distributed digits. It panics where the entropy ends, as a program without entropy must
// not go on.
func randomDigits(n int, entropy io.Reader) string {
	out := make([]byte, 0, n)
	buf := make([]byte, 1)
	for len(out) < n {
		if _, err := io.ReadFull(entropy, buf); err != nil {
			panic("code: no entropy: " + err.Error())
		}
		if buf[0] < 250 { // 250 to 255 would make the first six digits likelier
			out = append(out, '0'+buf[0]%10)
		}
	}
	return string(out)
}

// allDigits reports whether s is ASCII digits and nothing else.
func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// unspaced takes out what people put between groups of digits.
func unspaced(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\u00a0', '\u2009', '\u202f', '-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212':
			return -1
		}
		return r
	}, s)
}

// damm is a totally anti-symmetric quasigroup (H. M. Damm, 2004).
var damm = [10]string{
	"0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
	"3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
}

// dammDigit is the check digit of digits; with the check digit appended it is '0'.
func dammDigit(digits string) byte {
	state := byte('0')
	for i := range len(digits) {
		state = damm[state-'0'][digits[i]-'0']
	}
	return state
}

// mod97 is digits as a number modulo 97, the ground of ISO 7064, MOD 97-10.
func mod97(digits string) int {
	rest := 0
	for i := range len(digits) {
		rest = (rest*10 + int(digits[i]-'0')) % 97
	}
	return rest
}
