package pass

import (
	"encoding/asn1"

	"github.com/verno-loyalty/verno"
)

const (
	// mostStretching is how often all the keys of a .p12 may be stretched together. What tools write has some thousands, and the
	// most careful some hundred thousand; a file that asks for billions would keep a processor busy for hours.
	mostStretching = 4_000_000
	// deepest is how deep a .p12 is looked into: what tools write is a dozen deep.
	deepest = 40
)

// checkRounds refuses a .p12 whose password would be stretched for too long, before it is stretched once.
func checkRounds(raw []byte) error {
	if n, ok := rounds(raw, 0); !ok || n > mostStretching {
		return verno.Invalid("certificate_rounds")
	}
	return nil
}

// rounds adds up how often keys are stretched that a file in DER asks for. Wherever that is said, in a way of encrypting or
// of proving, a salt goes before it: so every number that follows a string of octets in a sequence counts, and what is
// meant for no stretching only makes the sum greater. It looks into whatever could be a file within the file, and takes for a
// string of octets what calls itself one of another class, as readers do not look at that everywhere. It reports false where
// the file is nested too deep, or a number is too long to be one.
func rounds(raw []byte, depth int) (sum int64, ok bool) {
	if depth > deepest {
		return 0, false
	}
	salted := false
	for len(raw) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(raw, &v)
		if err != nil {
			return sum, true // No file within the file: a salt, or what is encrypted.
		}
		raw = rest
		if salted && v.Class == asn1.ClassUniversal && v.Tag == asn1.TagInteger {
			var n int64
			if _, err := asn1.Unmarshal(v.FullBytes, &n); err != nil {
				return sum, false
			}
			if sum += max(n, 0); sum > mostStretching {
				return sum, true
			}
		}
		salted = v.Tag == asn1.TagOctetString
		more, ok := rounds(v.Bytes, depth+1)
		if sum += more; !ok || sum > mostStretching {
			return sum, ok
		}
	}
	return sum, true
}
