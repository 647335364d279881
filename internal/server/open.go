package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// prepare opens the database with its keys and brings it to this program's schema. Whatever can be refused is refused
// before anything is made: the key is tried before the schema is touched, and nothing is drawn but for a database in
// which nothing is sealed.
func prepare(ctx context.Context, c *Config) (st *store.Store, keys vault.KEKs, err error) {
	ring := c.keyring()
	keys, missing := ring.read()
	if missing != nil && !c.draws(missing) {
		return nil, keys, missing
	}
	if !c.Fresh {
		if err := present(c.DB); err != nil {
			return nil, keys, err
		}
	}
	st, err = store.Open(ctx, c.DB, store.Options{Weak: c.Weak, Fleeting: c.Fleeting, PoolSize: c.Pool, Lanes: c.Lanes})
	if err != nil {
		return nil, keys, refusal(err, c.DB)
	}
	opened := st // a return of an error sets st to nil before it is closed
	defer func() {
		if err != nil {
			err = refusal(errors.Join(err, opened.Close()), c.DB)
		}
	}()
	state, sealed, err := hasKeys(ctx, st)
	switch {
	case err != nil:
		return nil, keys, err
	case !c.Fresh && state.Has == "":
		return nil, keys, refuse("database_empty", nil, "db", shown(c.DB))
	case sealed && missing != nil:
		return nil, keys, missing
	case sealed:
		if err := ring.try(ctx, st.Reader(), keys); err != nil {
			return nil, keys, err
		}
	}
	if _, err := st.Migrate(ctx, c.Clock()); err != nil {
		return nil, keys, err
	}
	if missing != nil {
		keys, err = c.begin(ring)
	}
	return st, keys, err
}

// draws reports whether a key may be drawn where reading it failed: only where there is none at all.
func (c *Config) draws(err error) bool {
	var r *Refusal
	return c.Fresh && errors.As(err, &r) && r.Code == "kek_missing"
}

// hasKeys reports whether anything is sealed in a database, whose schema may be older than this program.
func hasKeys(ctx context.Context, st *store.Store) (store.SchemaState, bool, error) {
	state, err := st.Schema(ctx)
	if err != nil || state.Has == "" {
		return state, false, err
	}
	needed, err := vault.Needed(ctx, st.Reader())
	return state, len(needed) > 0, err
}

// present refuses a SQLite file that is not there, or has nothing in it.
func present(db string) error {
	path, err := sqliteFile(db)
	if err != nil || path == "" {
		return err
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refuse("database_missing", err, "db", path)
	case err != nil:
		return refusal(err, db)
	case info.Size() == 0:
		return refuse("database_empty", nil, "db", path)
	}
	return nil
}

// look opens a database for reading, with this program's schema. Unless the caller does without, the key-encryption key
// must be there and open it: who verifies and backs up nightly should learn in the morning that his key is gone.
func look(ctx context.Context, c *Config) (*store.Store, error) {
	if err := present(c.DB); err != nil {
		return nil, err
	}
	st, err := store.OpenReader(ctx, c.DB, store.Options{Weak: c.Weak})
	if err != nil {
		return nil, refusal(err, c.DB)
	}
	if err := fits(ctx, c, st); err != nil {
		return nil, refusal(errors.Join(err, st.Close()), c.DB)
	}
	return st, nil
}

func fits(ctx context.Context, c *Config, st *store.Store) error {
	state, err := st.Schema(ctx)
	switch {
	case err != nil:
		return err
	case state.Has == "":
		return refuse("database_empty", nil, "db", shown(c.DB))
	case !state.Current():
		return refuse("schema_older", fmt.Errorf("%w: it has %s", store.ErrSchema, state.Has), "has", state.Has, "wants", state.Wants)
	case c.WithoutKey:
		return nil
	}
	_, err = c.keyring().unlock(ctx, st.Reader())
	return err
}
