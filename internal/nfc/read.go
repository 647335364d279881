package nfc

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
)

// Read is what a reader took from a phone, before anybody has opened it.
type Read struct {
	Protocol Protocol
	Payload  string // bytes; of Smart Tap those that ParseTap reads
}

// scanHead begins what a reader types.
const scanHead = "nfc:"

// ParseScan reads what a reader types that is a keyboard to its till: nfc:, the protocol, a colon and the payload in hex,
// in letters of either case. It answers false for a text that does not begin so, which is some other scan; one that begins
// so and goes on wrongly is code_unreadable.
func ParseScan(text string) (r Read, is bool, err error) {
	text = strings.TrimFunc(text, func(c rune) bool { return c <= ' ' || c == 0x7f })
	if len(text) < len(scanHead) || !strings.EqualFold(text[:len(scanHead)], scanHead) {
		return Read{}, false, nil
	}
	protocol, digits, _ := strings.Cut(text[len(scanHead):], ":")
	payload, err := hex.DecodeString(digits)
	if err != nil {
		return Read{}, true, unreadable("not hex")
	}
	r = Read{Protocol(strings.ToLower(protocol)), string(payload)}
	return r, true, r.check()
}

// check sees that a read is of a protocol that there is, and not of a length that no phone gives.
func (r Read) check() error {
	most := map[Protocol]int{AppleVAS: vasLongest, SmartTap: tapHead + maxSignature + MaxBundle}[r.Protocol]
	if r.Payload == "" || len(r.Payload) > most {
		return unreadable("of no protocol, or not of its length")
	}
	return nil
}

// Lengths of the one concatenation in which a reader hands in a tap.
const (
	scalarLength = 32
	tapHead      = 2*nonceLength + 4 + scalarLength + pointLength + 1
	maxSignature = 72 // of ECDSA on P-256, DER
)

// ParseTap reads a tap as readers hand it in: reader's nonce (32 bytes), phone's nonce (32), collector id (4, the highest
// byte first), reader's ephemeral private key (32), phone's public key (33), length of the signature (1), signature,
// bundle (all the rest).
func ParseTap(b []byte) (*Tap, error) {
	if len(b) < tapHead {
		return nil, unreadable("shorter than a tap")
	}
	cut := func(n int) (part []byte) {
		part, b = b[:n:n], b[n:]
		return part
	}
	t := &Tap{ReaderNonce: cut(nonceLength), PhoneNonce: cut(nonceLength)}
	t.Collector = binary.BigEndian.Uint32(cut(4))
	t.ReaderPrivate, t.PhonePublic = cut(scalarLength), cut(pointLength)
	size := int(cut(1)[0])
	if size > maxSignature || size > len(b) {
		return nil, unreadable("longer than a signature")
	}
	t.Signature, t.Bundle = cut(size), b
	return t, nil
}

// Keyring is all that a merchant opens reads with.
type Keyring struct {
	Keys      []Key
	PassTypes []string      // to which Apple's phones bind what they say
	Window    time.Duration // how far a phone's clock may be off, with the time that a reader takes
}

// Open opens a read with whichever key and type of pass it was made for. Errors: code_unreadable, code_expired.
func (k *Keyring) Open(r Read, now time.Time) (Opened, error) {
	if err := r.check(); err != nil {
		return Opened{}, err
	}
	if r.Protocol == SmartTap {
		t, err := ParseTap([]byte(r.Payload))
		if err != nil {
			return Opened{}, err
		}
		return OpenTap(t, k.Keys)
	}
	for _, passType := range k.PassTypes {
		opened, err := OpenVAS([]byte(r.Payload), passType, k.Keys, now, k.Window)
		if e := verno.AsError(err); e == nil || e.Code != "code_unreadable" {
			return opened, err
		}
	}
	return Opened{}, unreadable("of no type of pass that is ours")
}
