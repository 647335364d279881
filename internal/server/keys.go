package server

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// keyring is where the key-encryption keys come from.
type keyring struct {
	text string // from the environment or the caller
	file string // otherwise
}

// keyring finds the place, in which there may be nothing.
func (c *Config) keyring() keyring {
	switch {
	case c.KEKs != "":
		return keyring{text: c.KEKs}
	case c.KEKFile != "":
		return keyring{file: whole(c.KEKFile)}
	case os.Getenv("VERNO_KEK") != "":
		return keyring{text: os.Getenv("VERNO_KEK")}
	}
	path, err := sqliteFile(c.DB)
	if err != nil || path == "" {
		return keyring{file: whole("verno.kek")}
	}
	return keyring{file: whole(strings.TrimSuffix(path, filepath.Ext(path)) + ".kek")}
}

// whole is a path that says the same in another folder.
func whole(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// sqliteFile is the file of a SQLite database, empty for PostgreSQL.
func sqliteFile(db string) (string, error) {
	engine, err := store.EngineOf(db)
	if err != nil || engine != store.SQLite {
		return "", err
	}
	return strings.TrimPrefix(db, "sqlite:"), nil
}

// name is how the place is called in messages.
func (k keyring) name() string {
	if k.text != "" {
		return "VERNO_KEK"
	}
	return k.file
}

// read reads the keys. A file that is not there is kek_missing.
func (k keyring) read() (vault.KEKs, error) {
	if k.text != "" {
		keys, err := vault.ParseKEKs(k.text)
		if err != nil {
			return keys, refuse("kek_invalid", err, "file", k.name())
		}
		return keys, nil
	}
	keys, err := vault.ReadKEKs(k.file)
	switch {
	case err == nil:
		return keys, nil
	case errors.Is(err, fs.ErrNotExist):
		return keys, refuse("kek_missing", err, "file", k.file)
	case errors.Is(err, vault.ErrKEKOpen):
		return keys, refuse("kek_readable", err, "file", k.file)
	case errors.Is(err, fs.ErrPermission):
		return keys, err
	}
	return keys, refuse("kek_invalid", err, "file", k.file)
}

// unlock reads the keys and tries them on a database that has some, without writing anything. It returns a refusal that
// tells a key that is missing from one that is wrong.
func (k keyring) unlock(ctx context.Context, r *store.Reader) (vault.KEKs, error) {
	keys, err := k.read()
	if err != nil {
		return keys, err
	}
	return keys, k.try(ctx, r, keys)
}

func (k keyring) try(ctx context.Context, r *store.Reader, keys vault.KEKs) error {
	err := vault.Check(ctx, r, keys)
	switch {
	case errors.Is(err, vault.ErrNoKEK):
		needed, unread := vault.Needed(ctx, r)
		return refuse("kek_wrong", errors.Join(err, unread), "file", k.name(),
			"needed", strings.Join(needed, ", "), "given", strings.Join(keys.IDs(), ", "))
	case errors.Is(err, vault.ErrSealed):
		return refuse("kek_damaged", err, "file", k.name())
	}
	return err
}

// begin draws the first key for a database that has nothing sealed yet.
func (c *Config) begin(k keyring) (vault.KEKs, error) {
	drawn, err := vault.DrawKEK(k.file)
	if err != nil {
		return vault.KEKs{}, err
	}
	keys, err := k.read()
	if drawn && err == nil {
		c.Log.Warn("a key-encryption key was drawn: copy it to two safe places, apart from the backups, which are no use without it",
			"file", k.file, "mode", "0600", "key", keys.IDs()[0])
	}
	return keys, err
}

// shown is the name of a database without a password.
func shown(db string) string {
	if !strings.Contains(db, "://") {
		return db
	}
	u, err := url.Parse(db)
	if err != nil {
		return "PostgreSQL" // What cannot be read may be a password too.
	}
	return u.Redacted()
}
