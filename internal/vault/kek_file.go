package vault

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrKEKOpen says that others than its owner may read a file of key-encryption keys.
var ErrKEKOpen = errors.New("vault: the key file may be read by others")

// ReadKEKs reads keys from a file that only its owner may read.
func ReadKEKs(path string) (KEKs, error) {
	info, err := os.Stat(path)
	if err != nil {
		return KEKs{}, fmt.Errorf("vault: key-encryption keys: %w", err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return KEKs{}, fmt.Errorf("%w: %s has mode %04o; chmod 600 it", ErrKEKOpen, path, info.Mode().Perm())
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

// DrawKEK draws the first key of a file that is not there. It reports false, and changes nothing, where the file is
// there: another process may have been faster, and its key is the one.
func DrawKEK(path string) (bool, error) {
	drawn := false
	err := writeKEKs(path, NewKEK()+"\n", func(unfinished string) error {
		err := os.Link(unfinished, path) // Unlike a rename, it does not replace what has come there meanwhile.
		drawn = err == nil
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	})
	return drawn, err
}

// AddKEK draws a new key and puts it first into a file, which it makes where there is none; the keys that the file has
// stay behind it. The file is replaced at once or not at all.
func AddKEK(path string) error { return PutKEK(path, NewKEK()) }

// PutKEK puts a key, 32 bytes in base64, first into a file as AddKEK does. Where the file has it already it moves to the
// front.
func PutKEK(path, key string) error {
	if _, err := ParseKEKs(key); err != nil {
		return err
	}
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("vault: key-encryption keys: %w", err)
	}
	if err == nil {
		if _, err := ReadKEKs(path); err != nil {
			return err
		}
	}
	var text strings.Builder
	text.WriteString(strings.TrimSpace(key) + "\n")
	for line := range bytes.Lines(old) {
		if string(bytes.TrimSpace(line)) != strings.TrimSpace(key) {
			text.Write(line)
		}
	}
	return writeKEKs(path, text.String(), func(unfinished string) error { return os.Rename(unfinished, path) })
}

// NewKEK draws a key, as a file or the environment has it.
func NewKEK() string { return base64.StdEncoding.EncodeToString(random(keyLength)) }

// writeKEKs writes a file that only its owner may read, brings it to the disk, lets place give it its name, and brings
// the name to the disk too: what is sealed under a key that the power took is lost.
func writeKEKs(path, text string, place func(unfinished string) error) error {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, ".kek-*") // with mode 0600
	if err != nil {
		return fmt.Errorf("vault: key-encryption keys: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = place(f.Name())
	}
	if err == nil {
		err = syncFolder(folder)
	}
	if err != nil {
		return fmt.Errorf("vault: key-encryption keys: %w", err)
	}
	return nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
