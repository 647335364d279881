package vault

import (
	"context"
	"fmt"
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Needed names the key-encryption keys under which a database has keys of tenants: none where it is new.
func Needed(ctx context.Context, r *store.Reader) ([]string, error) { return r.KEKs(ctx) }

// Check tries the key-encryption keys on all tenants' keys and writes nothing. It returns an error that wraps ErrNoKEK
// where one is missing, ErrSealed where a key does not open.
func Check(ctx context.Context, r *store.Reader, keks KEKs) error {
	needed, err := Needed(ctx, r)
	if err != nil {
		return err
	}
	needed = slices.DeleteFunc(needed, keks.Has)
	if len(needed) > 0 {
		return keks.missing(needed...)
	}
	tenants, err := r.Tenants(ctx)
	if err != nil {
		return err
	}
	v := &Vault{keks: keks}
	for _, id := range append([]verno.TenantID{House}, ids(tenants)...) {
		rows, err := r.TenantKeys(ctx, id)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if _, err := v.openKey(row); err != nil {
				return fmt.Errorf("key %q %d of %s: %w", row.Purpose, row.Version, id, err)
			}
		}
	}
	return nil
}

func ids(tenants []store.Tenant) []verno.TenantID {
	list := make([]verno.TenantID, len(tenants))
	for i := range tenants {
		list[i] = tenants[i].ID
	}
	return list
}
