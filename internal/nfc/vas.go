package nfc

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"time"
	"unicode/utf8"
)

// Lengths of an Apple VAS cryptogram: key identifier, X coordinate of the phone's key, ciphertext, tag.
const (
	vasHead    = 4 + 32
	vasTag     = 16
	vasTime    = 4
	MaxValue   = 64 // bytes of a message, by Apple's limit
	vasLongest = vasHead + vasTime + MaxValue + vasTag
)

// vasEpoch is when a phone's seconds begin.
var vasEpoch = time.Date(2001, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()

// vasAlgorithm is the fixed part of the key derivation's shared information.
const vasAlgorithm = "\x0did-aes256-GCMApplePay encrypted VAS data"

// OpenVAS opens the value of tag 9F27 that a phone gave for a pass type. A payload that none of the keys opens is
// code_unreadable; one made earlier or later than the window allows is code_expired.
func OpenVAS(payload []byte, passType string, keys []Key, now time.Time, window time.Duration) (Opened, error) {
	if len(payload) < vasHead+vasTime+vasTag || len(payload) > vasLongest {
		return Opened{}, unreadable("not of the length of a VAS cryptogram")
	}
	for _, k := range keys {
		if k.Protocol != AppleVAS || k.ID() != [4]byte(payload) {
			continue
		}
		plain, err := openVAS(payload[4:], passType, k)
		if err != nil {
			return Opened{}, err
		}
		at := vasEpoch + int64(binary.BigEndian.Uint32(plain))
		value := string(plain[vasTime:])
		if !utf8.ValidString(value) || value == "" {
			return Opened{}, unreadable("a message that is not text")
		}
		if off := now.Sub(time.Unix(at, 0)); off > window || off < -window {
			return Opened{}, expired()
		}
		return Opened{Value: value, At: at, Key: k.Version, Once: sha256.Sum256(payload)}, nil
	}
	return Opened{}, unreadable("made for another key")
}

// openVAS opens X coordinate, ciphertext and tag. Two ways of binding the pass type are known; both are tried.
func openVAS(sealed []byte, passType string, k Key) ([]byte, error) {
	// The sign of Y does not matter: only X of the shared point is used, and that is the same for both.
	phone, err := decompress(append([]byte{2}, sealed[:32]...))
	if err != nil {
		return nil, err
	}
	shared, err := k.Private.ECDH(phone)
	if err != nil {
		return nil, unreadable("no shared secret")
	}
	id := sha256.Sum256([]byte(passType))
	if plain, err := openGCM(x963(shared, []byte(vasAlgorithm+string(id[:]))), sealed[32:], nil); err == nil {
		return plain, nil
	}
	plain, err := openGCM(x963(shared, []byte(vasAlgorithm[14:])), sealed[32:], id[:])
	if err != nil {
		return nil, unreadable("damaged, or of another pass type")
	}
	return plain, nil
}

// openGCM opens with the sixteen zero bytes that phones use as IV: each key is used once.
func openGCM(key, sealed, bound []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCMWithNonceSize(block, aes.BlockSize)
	if err != nil {
		return nil, err
	}
	return gcm.Open(nil, make([]byte, aes.BlockSize), sealed, bound)
}

// x963 derives 32 bytes: one round of ANSI X9.63 with SHA-256.
func x963(shared, info []byte) []byte {
	h := sha256.New()
	h.Write(shared)
	h.Write([]byte{0, 0, 0, 1})
	h.Write(info)
	return h.Sum(nil)
}
