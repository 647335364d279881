package code

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// What a card says to readers is its machine code, a point and a proof: 63 bytes of the 64 that phones carry.
const (
	proofLength    = 20
	nfcLength      = machineLength + 1 + proofLength
	proofSeparator = '.'
)

// NFCValue is what a card in a wallet says to readers. The machine code alone would not do: it stands on every picture of
// the card, and the key that a phone seals its answer to stands in every pass, so that whoever has photographed a card
// could speak for it. The proof stands only in the pass itself.
func NFCValue(secret []byte, machine Machine) string {
	return string(machine) + string(proofSeparator) + proof(secret, machine)
}

// CheckNFC says whether a value that Parse has found to be of KindNFC has the proof of the card that it names.
func CheckNFC(secret []byte, scan Scan) bool {
	return len(secret) > 0 && subtle.ConstantTimeCompare([]byte(scan.Value), []byte(proof(secret, scan.Machine))) == 1
}

// parseNFC reads what NFCValue made. The scan's Value is the proof.
func parseNFC(text string) (Scan, bool) {
	if len(text) != nfcLength || text[machineLength] != proofSeparator {
		return Scan{}, false
	}
	machine, err := ParseMachine(text[:machineLength])
	return Scan{Kind: KindNFC, Value: text[machineLength+1:], Machine: machine, Text: text}, err == nil
}

// proof is the first 120 bits of an HMAC that no one-time code is made by: the hash and the message are others.
func proof(secret []byte, machine Machine) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("nfc/" + string(machine)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:proofLength]
}
