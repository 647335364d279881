package pass

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"unicode/utf16"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/verno-loyalty/verno"
)

// The parts of a .p12 (RFC 7292) that are looked at, or made.
type (
	pfx struct {
		Version  int
		AuthSafe pfxContent
		MAC      pfxMAC `asn1:"optional"`
	}
	pfxContent struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
	}
	pfxMAC struct {
		Digest struct {
			Algorithm pkix.AlgorithmIdentifier
			Sum       []byte
		}
		Salt   []byte
		Rounds int `asn1:"optional,default:1"`
	}
	pfxBag struct {
		Type  asn1.ObjectIdentifier
		Value asn1.RawValue `asn1:"tag:0,explicit"`
	}
)

var (
	pfxPlain     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	pfxEncrypted = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	pfxKeyBag    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	pfxSHA256    = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

// checkHidden refuses a .p12 with a key within what is encrypted: how often that one's own password is stretched is seen by
// nobody before all else is decrypted, and whoever reads the file would begin at once. Tools put certificates there, and the
// key beside them. Each encrypted part is read in a file of our making that has a key already: a reader takes one key, and
// so refuses another before it opens it. What cannot be read for other reasons is left to whoever reads the file.
func checkHidden(raw []byte, password string) error {
	for _, part := range pfxParts(raw) {
		if !part.Type.Equal(pfxEncrypted) {
			continue
		}
		for _, secret := range pfxSecrets(password) {
			decoy, err := beside(part, secret)
			if err != nil {
				return err
			}
			if _, _, _, err = pkcs12.DecodeChain(decoy, password); !harmless(err) {
				return verno.Invalid("certificate_unreadable").Because(err)
			}
		}
	}
	return nil
}

// pfxParts are the parts of a .p12; none of what is none.
func pfxParts(raw []byte) (parts []pfxContent) {
	var file pfx
	var safe asn1.RawValue
	for _, step := range []func() ([]byte, error){
		func() ([]byte, error) { return asn1.Unmarshal(raw, &file) },
		func() ([]byte, error) { return asn1.Unmarshal(file.AuthSafe.Content.Bytes, &safe) },
		func() ([]byte, error) { return asn1.Unmarshal(safe.Bytes, &parts) },
	} {
		if _, err := step(); err != nil {
			return nil
		}
	}
	return parts
}

// harmless says of what came of reading a part that no key is in it, or that it cannot be decrypted, or read, at all.
func harmless(err error) bool {
	_, structure := errors.AsType[asn1.StructuralError](err)
	_, syntax := errors.AsType[asn1.SyntaxError](err)
	_, unknown := errors.AsType[pkcs12.NotImplementedError](err)
	return err == nil || structure || syntax || unknown || errors.Is(err, pkcs12.ErrDecryption) || errors.Is(err, pkcs12.ErrIncorrectPassword)
}

// beside is a .p12 with a key that is nobody's and an encrypted part of another.
func beside(part pfxContent, secret []byte) ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		return nil, err
	}
	var wrong error
	der := func(v any) []byte {
		b, err := asn1.Marshal(v)
		wrong = errors.Join(wrong, err)
		return b
	}
	plain := func(inner []byte) pfxContent { return pfxContent{pfxPlain, explicit(der(inner))} }
	bags := der([]pfxBag{{pfxKeyBag, explicit(key)}})
	safe := der([]pfxContent{plain(bags), {part.Type, explicit(part.Content.Bytes)}})
	file := pfx{Version: 3, AuthSafe: plain(safe), MAC: pfxMAC{Salt: make([]byte, 8), Rounds: 1}}
	file.MAC.Digest.Algorithm = pkix.AlgorithmIdentifier{Algorithm: pfxSHA256, Parameters: asn1.NullRawValue}
	file.MAC.Digest.Sum = pfxProof(file.MAC.Salt, secret, safe)
	return der(file), wrong
}

func explicit(inner []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}
}

// pfxSecrets are the forms in which a password is stretched: UTF-16 with a zero at its end, and of an empty one, as some
// tools write it, nothing at all.
func pfxSecrets(password string) [][]byte {
	var wide []byte
	for _, unit := range append(utf16.Encode([]rune(password)), 0) {
		wide = append(wide, byte(unit>>8), byte(unit))
	}
	if password == "" {
		return [][]byte{wide, nil}
	}
	return [][]byte{wide}
}

// pfxProof is the proof that who made a file knows its password, stretched once (RFC 7292, appendix B.2).
func pfxProof(salt, secret, safe []byte) []byte {
	const block, forProof = 64, 3
	fill := func(b []byte) []byte {
		if len(b) == 0 {
			return nil
		}
		whole := (len(b) + block - 1) / block * block
		return bytes.Repeat(b, whole/len(b)+1)[:whole]
	}
	stretched := sha256.New()
	stretched.Write(bytes.Repeat([]byte{forProof}, block))
	stretched.Write(fill(salt))
	stretched.Write(fill(secret))
	mac := hmac.New(sha256.New, stretched.Sum(nil))
	mac.Write(safe)
	return mac.Sum(nil)
}
