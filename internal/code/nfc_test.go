package code_test

import (
	"testing"

	"github.com/verno-loyalty/verno/internal/code"
)

// TestNFCValue: what a card says to readers fits a phone, is read back, and has the proof of that card and no other.
func TestNFCValue(t *testing.T) {
	t.Parallel()
	machine, other := code.NewMachine(entropy(1)), code.NewMachine(entropy(2))
	secret := code.NewSecret(entropy(3))
	value := code.NFCValue(secret, machine)
	if len(value) > 64 {
		t.Errorf("%d bytes", len(value))
	}
	scan, err := code.Parse(" " + value + "\r\n")
	if err != nil || scan.Kind != code.KindNFC || scan.Machine != machine || !code.CheckNFC(secret, scan) {
		t.Errorf("%+v, %v", scan, err)
	}
	if code.CheckNFC(code.NewSecret(entropy(4)), scan) || code.CheckNFC(nil, scan) {
		t.Error("another card's secret proves it")
	}
	if scan.Machine = other; code.CheckNFC(secret, scan) {
		t.Error("another card's code is proved")
	}
	for i := range value {
		changed := []byte(value)
		changed[i] = 'A' + (changed[i]+1)%10
		if scan, err := code.Parse(string(changed)); err == nil && scan.Kind == code.KindNFC && code.CheckNFC(secret, scan) {
			t.Errorf("byte %d may be anything", i)
		}
	}
}
