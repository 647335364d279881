package pass_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"testing"
	"unicode/utf16"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
)

// TestHiddenKey: a .p12 whose encrypted part has a key in it, which asks for billions of rounds that nobody sees before, is
// refused before the first of them.
func TestHiddenKey(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"secret", "пароль", ""} {
		file := hiding(t, password, 0x77000000)
		if _, err := pass.ReadSigner([][]byte{file}, password, signedAt); !errors.Is(err, verno.Invalid("certificate_unreadable")) {
			t.Errorf("with the password %q: %v", password, err)
		}
		if _, err := pass.ReadSigner([][]byte{file}, password+"x", signedAt); !errors.Is(err, verno.Invalid("certificate_password")) {
			t.Errorf("with another password than %q: %v", password, err)
		}
	}
}

// The OIDs of a .p12 and of what encrypts in it.
var (
	plainContent     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	encryptedContent = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	shroudedKey      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	byPassword       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	stretching       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	withSHA256       = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	inBlocks         = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
	digest           = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

// hiding makes a .p12 of one part, which is encrypted, and in it a key that is stretched so often.
func hiding(t *testing.T, password string, rounds int) []byte {
	t.Helper()
	der := func(v any) []byte {
		b, err := asn1.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	type content struct {
		Type  asn1.ObjectIdentifier
		Value asn1.RawValue
	}
	in := func(inner []byte) asn1.RawValue {
		return asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: inner}
	}
	way := func(rounds int) pkix.AlgorithmIdentifier {
		kdf := struct {
			Salt   []byte
			Rounds int
			By     pkix.AlgorithmIdentifier
		}{make([]byte, 8), rounds, pkix.AlgorithmIdentifier{Algorithm: withSHA256}}
		both := der([]pkix.AlgorithmIdentifier{
			{Algorithm: stretching, Parameters: asn1.RawValue{FullBytes: der(kdf)}},
			{Algorithm: inBlocks, Parameters: asn1.RawValue{FullBytes: der(make([]byte, aes.BlockSize))}},
		})
		return pkix.AlgorithmIdentifier{Algorithm: byPassword, Parameters: asn1.RawValue{FullBytes: both}}
	}
	hidden := der(struct {
		By   pkix.AlgorithmIdentifier
		Text []byte
	}{way(rounds), make([]byte, 32)})
	bags := der([]content{{shroudedKey, in(hidden)}})
	key, err := pbkdf2.Key(sha256.New, password, make([]byte, 8), 1, 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	pad := aes.BlockSize - len(bags)%aes.BlockSize
	bags = append(bags, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(bags, bags)
	var part struct {
		Version int
		Inner   struct {
			Type asn1.ObjectIdentifier
			By   pkix.AlgorithmIdentifier
			Text []byte `asn1:"tag:0"`
		}
	}
	part.Inner.Type, part.Inner.By, part.Inner.Text = plainContent, way(1), bags
	safe := der([]content{{encryptedContent, in(der(part))}})
	var file struct {
		Version int
		Safe    content
		MAC     struct {
			Digest struct {
				By  pkix.AlgorithmIdentifier
				Sum []byte
			}
			Salt   []byte
			Rounds int
		}
	}
	file.Version, file.Safe, file.MAC.Salt, file.MAC.Rounds = 3, content{plainContent, in(der(safe))}, make([]byte, 8), 1
	file.MAC.Digest.By.Algorithm, file.MAC.Digest.Sum = digest, proof(password, safe)
	return der(file)
}

// proof says that who made a file knows its password, with a salt of zeros and one round (RFC 7292, appendix B).
func proof(password string, safe []byte) []byte {
	var wide []byte
	for _, unit := range append(utf16.Encode([]rune(password)), 0) {
		wide = append(wide, byte(unit>>8), byte(unit))
	}
	whole := (len(wide) + 63) / 64 * 64
	text := append(bytes.Repeat([]byte{3}, 64), make([]byte, 64)...)
	text = append(text, bytes.Repeat(wide, 64)[:whole]...)
	key := sha256.Sum256(text)
	mac := hmac.New(sha256.New, key[:])
	mac.Write(safe)
	return mac.Sum(nil)
}
