package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// ReadKEKs reads keys from a file that only its owner may read.
func ReadKEKs(path string) (KEKs, error) {
	info, err := os.Stat(path)
	if err != nil {
		return KEKs{}, fmt.Errorf("vault: key-encryption keys: %w", err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return KEKs{}, fmt.Errorf("vault: %s may be read by others (mode %04o): chmod 600", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return KEKs{}, fmt.Errorf("vault: key-encryption keys: %w", err)
	}
	keys, err := ParseKEKs(string(text))
	if err != nil {
		return KEKs{}, fmt.Errorf("%w, in %s", err, path)
	}
	return keys, nil
}

// AddKEK draws a new key and puts it first into a file, which it makes where there is none; the keys that the file has
// stay behind it. The file is replaced at once or not at all.
func AddKEK(path string) error {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("vault: key-encryption keys: %w", err)
	}
	if err == nil {
		if _, err := ReadKEKs(path); err != nil {
			return err
		}
	}
	text := base64.StdEncoding.EncodeToString(random(keyLength)) + "\n" + string(bytes.TrimLeft(old, "\n"))
	f, err := os.CreateTemp(filepath.Dir(path), ".kek-*") // with mode 0600
	if err != nil {
		return fmt.Errorf("vault: key-encryption keys: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("vault: key-encryption keys: %w", err)
	}
	return nil
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

// missing says which keys the operator has to find again.
func (k KEKs) missing(ids ...string) error {
	return fmt.Errorf("%w: the database needs %s, given: %s", ErrNoKEK, strings.Join(ids, ", "), strings.Join(k.IDs(), ", "))
}
