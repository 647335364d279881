package vault

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const keyLength = 32

// KEKs are the key-encryption keys that the operator holds. The first wraps; the others open what they wrapped before
// and can go once RotateKEK is through.
type KEKs struct{ keys []kek }

type kek struct {
	id   string
	aead tink.AEAD
}

// ParseKEKs reads keys from text, as the environment or a file gives it: 32 bytes in base64 each, apart by commas,
// spaces or lines; lines that begin with # are comments. The first is the one in use.
func ParseKEKs(text string) (KEKs, error) {
	var all KEKs
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }) {
			key, err := readKEK(word)
			if err != nil {
				return KEKs{}, fmt.Errorf("vault: key-encryption key %d: %w", len(all.keys)+1, err)
			}
			all.keys = append(all.keys, key)
		}
	}
	if len(all.keys) == 0 {
		return KEKs{}, errors.New("vault: no key-encryption key was given")
	}
	return all, nil
}

// readKEK reads one key. Its id is made from the key itself, so that two keys cannot pass for each other. The error
// does not quote what may be a key.
func readKEK(word string) (kek, error) {
	word = strings.TrimRight(word, "=")
	raw, err := base64.RawStdEncoding.DecodeString(word)
	if err != nil {
		raw, err = base64.RawURLEncoding.DecodeString(word)
	}
	if err != nil || len(raw) != keyLength {
		return kek{}, errors.New("want 32 bytes in base64")
	}
	aead, err := subtle.NewXChaCha20Poly1305(raw)
	if err != nil {
		return kek{}, err
	}
	sum := sha256.Sum256(append([]byte("verno key-encryption key\n"), raw...))
	return kek{id: "kek_" + hex.EncodeToString(sum[:6]), aead: aead}, nil
}

// IDs names the keys, the one in use first.
func (k KEKs) IDs() []string {
	ids := make([]string, len(k.keys))
	for i, key := range k.keys {
		ids[i] = key.id
	}
	return ids
}

// find returns the key of an id.
func (k KEKs) find(id string) (tink.AEAD, error) {
	for _, key := range k.keys {
		if key.id == id {
			return key.aead, nil
		}
	}
	return nil, k.missing(id)
}

// Has reports whether the key of an id is among them.
func (k KEKs) Has(id string) bool { return slices.Contains(k.IDs(), id) }

// missing says which keys the operator has to find again.
func (k KEKs) missing(ids ...string) error {
	return fmt.Errorf("%w: the database needs %s, given: %s", ErrNoKEK, strings.Join(ids, ", "), strings.Join(k.IDs(), ", "))
}
