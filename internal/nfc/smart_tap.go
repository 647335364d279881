package nfc

import (
	"bytes"
	"compress/zlib"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"unicode/utf8"
)

// Tap is a secure channel of Smart Tap between a reader and a phone, and what came through it.
type Tap struct {
	ReaderNonce   []byte // 32 bytes
	PhoneNonce    []byte // 32 bytes, of record mdn less its format byte
	Collector     uint32 // the merchant's collector id
	ReaderPrivate []byte // scalar of the reader's ephemeral key, 32 bytes
	PhonePublic   []byte // compressed point of record dpk, 33 bytes
	Signature     []byte // DER, over all of the above, with the merchant's key
	Bundle        []byte // record reb
}

// Lengths of a tap.
const (
	nonceLength = 32
	pointLength = 33
	ivLength    = 12
	macLength   = 32
	// MaxBundle is the most bytes of a record bundle, and of what it unpacks to.
	MaxBundle = 8 << 10
)

// Bits of a bundle's first byte.
const (
	bundleEncrypted  = 1
	bundleCompressed = 2
)

// signed is what the merchant's key signs to prove that the reader is the merchant's.
func signed(readerNonce, phoneNonce []byte, collector uint32, readerPublic []byte) []byte {
	data := make([]byte, 0, 2*nonceLength+4+pointLength)
	data = append(data, readerNonce...)
	data = append(data, phoneNonce...)
	data = binary.BigEndian.AppendUint32(data, collector)
	return append(data, readerPublic...)
}

// SignTap makes the signature with which a reader opens a channel, for readers that do not hold the key.
func SignTap(k Key, readerNonce, phoneNonce []byte, collector uint32, readerPublic []byte, entropy io.Reader) ([]byte, error) {
	if k.Protocol != SmartTap || len(readerNonce) != nonceLength || len(phoneNonce) != nonceLength {
		return nil, unreadable("not what is signed for a tap")
	}
	if _, err := decompress(readerPublic); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(signed(readerNonce, phoneNonce, collector, readerPublic))
	return ecdsa.SignASN1(entropy, k.signer(), sum[:])
}

// OpenTap opens what a phone said in a channel that a version of the merchant's key opened. The first value of a pass that
// the bundle holds is given. Anything else is code_unreadable.
func OpenTap(t *Tap, keys []Key) (Opened, error) {
	if len(t.ReaderNonce) != nonceLength || len(t.PhoneNonce) != nonceLength || len(t.Bundle) > MaxBundle {
		return Opened{}, unreadable("not of the lengths of a tap")
	}
	reader, err := ParseKey(SmartTap, 0, t.ReaderPrivate)
	if err != nil {
		return Opened{}, unreadable("no key of the reader")
	}
	data := signed(t.ReaderNonce, t.PhoneNonce, t.Collector, reader.Public())
	version, ours := whoSigned(data, t.Signature, keys)
	if !ours {
		return Opened{}, unreadable("no key of ours opened the channel")
	}
	bundle, err := t.unpack(reader.Private, append(data, t.Signature...))
	if err != nil {
		return Opened{}, err
	}
	value, found := redemption(bundle, 0)
	if !found || value == "" || len(value) > MaxValue || !utf8.ValidString(value) {
		return Opened{}, unreadable("no value in the bundle")
	}
	// The phone's nonce and key are new in each tap, and the signature covers the first.
	return Opened{Value: value, Key: version, Once: sha256.Sum256(append([]byte("smart_tap"), t.PhoneNonce...))}, nil
}

func whoSigned(data, signature []byte, keys []Key) (version int64, ok bool) {
	sum := sha256.Sum256(data)
	for _, k := range keys {
		if k.Protocol == SmartTap && ecdsa.VerifyASN1(&k.signer().PublicKey, sum[:], signature) {
			return k.Version, true
		}
	}
	return 0, false
}

// unpack checks, decrypts and unpacks the bundle. What was not encrypted is not taken: anybody could have said it.
func (t *Tap) unpack(reader *ecdh.PrivateKey, info []byte) ([]byte, error) {
	if len(t.Bundle) < 1+ivLength+macLength || t.Bundle[0]&bundleEncrypted == 0 {
		return nil, unreadable("a bundle that is not encrypted")
	}
	phone, err := decompress(t.PhonePublic)
	if err != nil {
		return nil, err
	}
	shared, err := reader.ECDH(phone)
	if err != nil {
		return nil, unreadable("no shared secret")
	}
	keys, err := hkdf.Key(sha256.New, shared, t.PhonePublic, string(info), 48)
	if err != nil {
		return nil, unreadable("no keys")
	}
	body := t.Bundle[1 : len(t.Bundle)-macLength]
	mac := hmac.New(sha256.New, keys[16:])
	mac.Write(body)
	if !hmac.Equal(mac.Sum(nil), t.Bundle[len(t.Bundle)-macLength:]) {
		return nil, unreadable("a bundle that was changed")
	}
	block, err := aes.NewCipher(keys[:16])
	if err != nil {
		return nil, unreadable("no cipher")
	}
	iv := make([]byte, aes.BlockSize)
	copy(iv, body[:ivLength])
	plain := make([]byte, len(body)-ivLength)
	cipher.NewCTR(block, iv).XORKeyStream(plain, body[ivLength:])
	if t.Bundle[0]&bundleCompressed == 0 {
		return plain, nil
	}
	z, err := zlib.NewReader(bytes.NewReader(plain))
	if err != nil {
		return nil, unreadable("not compressed as said")
	}
	plain, err = io.ReadAll(io.LimitReader(z, MaxBundle+1))
	if err != nil || len(plain) > MaxBundle {
		return nil, unreadable("not compressed as said, or too much")
	}
	return plain, nil
}

// objects are the records that stand for a pass.
var objects = map[string]bool{"ly": true, "of": true, "gc": true, "et": true, "gr": true, "fl": true, "tr": true, "pl": true}

// redemption finds smartTapRedemptionValue: record n of an object, in the service values of the bundle.
func redemption(message []byte, depth int) (value string, found bool) {
	list, ok := records(message)
	if !ok || depth > maxDepth {
		return "", false
	}
	for _, r := range list {
		switch {
		case r.name == "asv" || r.name == "reb":
			value, found = redemption(r.payload, depth+1)
		case objects[r.name]:
			value, found = number(r.payload)
		}
		if found {
			return value, true
		}
	}
	return "", false
}

// number reads record n, whose first byte tells the format. Google's own reader knows it by its id, others by its type.
func number(object []byte) (string, bool) {
	list, _ := records(object)
	for _, r := range list {
		if (r.name == "n" || r.id == "n") && len(r.payload) > 1 {
			return string(r.payload[1:]), true
		}
	}
	return "", false
}
