package nfc

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/verno-loyalty/verno"
)

// Protocol is what a phone speaks.
type Protocol string

// The protocols.
const (
	AppleVAS Protocol = "apple_vas"
	SmartTap Protocol = "smart_tap"
)

// Key is a version of a merchant's key pair on P-256.
type Key struct {
	Protocol Protocol
	Version  int64
	Private  *ecdh.PrivateKey
}

// NewKey draws a key. It panics where the entropy ends.
func NewKey(protocol Protocol, version int64, entropy io.Reader) Key {
	var scalar [32]byte
	for {
		if _, err := io.ReadFull(entropy, scalar[:]); err != nil {
			panic("nfc: no entropy for a key: " + err.Error())
		}
		// Out of 2^32 draws one is not below the order of the curve, and is drawn again.
		if private, err := ecdh.P256().NewPrivateKey(scalar[:]); err == nil {
			return Key{protocol, version, private}
		}
	}
}

// ParseKey reads the scalar of a private key, as Bytes gives it.
func ParseKey(protocol Protocol, version int64, scalar []byte) (Key, error) {
	private, err := ecdh.P256().NewPrivateKey(scalar)
	if err != nil {
		return Key{}, fmt.Errorf("nfc: read a key: %w", err)
	}
	return Key{protocol, version, private}, nil
}

// Bytes is the scalar of the private key: 32 bytes that belong into a vault.
func (k Key) Bytes() []byte { return k.Private.Bytes() }

// Public is the public key as a compressed point: 33 bytes.
func (k Key) Public() []byte {
	point := k.Private.PublicKey().Bytes() // 04, X, Y
	out := make([]byte, 33)
	out[0] = 2 + point[64]&1
	copy(out[1:], point[1:33])
	return out
}

// ID is what a phone names an Apple VAS key by: the first four bytes of the hash of its X coordinate.
func (k Key) ID() (id [4]byte) {
	sum := sha256.Sum256(k.Public()[1:])
	copy(id[:], sum[:])
	return id
}

// signer is the same key for signatures.
func (k Key) signer() *ecdsa.PrivateKey {
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), k.Private.Bytes())
	if err != nil {
		panic("nfc: a key of P-256 that is none: " + err.Error())
	}
	return private
}

// Opened is what a card has said.
type Opened struct {
	Value string // at most 64 bytes: what the pass carries for readers
	At    int64  // seconds since 1970 by the phone's clock; 0 where the protocol tells none
	Key   int64  // the version of the key that opened it
	// Once is the same for the same tap: who has seen it before has seen a repeat.
	Once [32]byte
}

// unreadable is the one answer about a payload that cannot be opened, whatever the reason.
func unreadable(why string) error {
	return verno.Invalid("code_unreadable").Because(errors.New("nfc: " + why))
}

// decompress reads a compressed point into a public key.
func decompress(point []byte) (*ecdh.PublicKey, error) {
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), point)
	if x == nil {
		return nil, unreadable("not a point of P-256")
	}
	full := make([]byte, 65)
	full[0] = 4
	x.FillBytes(full[1:33])
	y.FillBytes(full[33:])
	public, err := ecdh.P256().NewPublicKey(full)
	if err != nil {
		return nil, unreadable("not a point of P-256")
	}
	return public, nil
}

// expired is the answer about a payload that was made at another time.
func expired() error { return verno.Invalid("code_expired") }
