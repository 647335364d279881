package code

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 with SHA-1 is what every wallet and generator can do; HMAC does not need collisions to be hard.
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/verno-loyalty/verno"
)

// Step is how long a live code is shown. It is accepted in its own step and the next one.
const Step = 15 * time.Second

const (
	liveVersion  = '2'
	oneTime      = 8 // digits of TOTP
	liveLength   = machineLength + oneTime
	secretLength = 20
)

// NewSecret makes the secret of a card's live code: 20 bytes, as RFC 4226 wants them.
func NewSecret(entropy io.Reader) []byte {
	secret := make([]byte, secretLength)
	if _, err := io.ReadFull(entropy, secret); err != nil {
		panic("code: no entropy: " + err.Error())
	}
	return secret
}

// Live is the payload that the card shows at a moment: version digit, machine code without its own, eight digits of
// TOTP.
func Live(secret []byte, machine Machine, at time.Time) string {
	head, _ := LiveHead(machine)
	return head + totp(secret, StepAt(at))
}

// LiveHead is how each live payload of a card begins, and how many digits follow: for wallets that count the steps
// themselves.
func LiveHead(machine Machine) (head string, digits int) {
	return string(liveVersion) + string(machine[1:]), oneTime
}

// Check says whether a payload is the live code of the current or the previous step, and of which step. That a step
// spends once is for the caller to see to: it keeps the last step and refuses any that is not later.
func Check(secret []byte, payload string, at time.Time) (step int64, ok bool) {
	if _, err := ParseLive(payload); err != nil || len(secret) == 0 {
		return 0, false
	}
	shown := []byte(payload[machineLength:])
	now := StepAt(at)
	current := subtle.ConstantTimeCompare(shown, []byte(totp(secret, now))) == 1
	previous := subtle.ConstantTimeCompare(shown, []byte(totp(secret, now-1))) == 1
	switch {
	case current:
		return now, true
	case previous:
		return now - 1, true
	default:
		return 0, false
	}
}

// ParseLive reads a live code down to the machine code by which the card is found. It returns the invalid error
// code_unreadable for anything else.
func ParseLive(payload string) (Machine, error) {
	if len(payload) != liveLength || payload[0] != liveVersion || !allDigits(payload) {
		return "", verno.Invalid("code_unreadable")
	}
	return ParseMachine(string(machineVersion) + payload[1:machineLength])
}

// StepAt numbers the step of a moment, counted from 1970.
func StepAt(at time.Time) int64 { return at.Unix() / int64(Step/time.Second) }

// totp is RFC 6238 with SHA-1 and eight digits.
func totp(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0x0f
	number := binary.BigEndian.Uint32(sum[from:]) & 0x7fffffff
	return fmt.Sprintf("%08d", number%100_000_000)
}
