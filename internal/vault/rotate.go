package vault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Progress hears how far something long has come.
type Progress func(done, total int64)

// ErrIndex says that the key of the blind indexes cannot be rotated alone: every index row would have to be made anew
// with it.
var ErrIndex = errors.New("vault: the index key changes only together with all index rows")

// chunk is how many keys are wrapped anew in one transaction, which has to stay short.
const chunk = 200

// Rotate makes a new version of a tenant's key; what was sealed before stays readable. For Wrap it then wraps every
// member's key anew, in short transactions, and calling it again after an interruption goes on where it stopped
// instead of making one more version. It returns ErrIndex for Index.
func (v *Vault) Rotate(ctx context.Context, tenant verno.TenantID, purpose Purpose, now time.Time, progress Progress) error {
	if purpose == Index {
		return ErrIndex
	}
	r, err := v.reload(ctx, tenant)
	if err != nil {
		return err
	}
	newest := r.newest[purpose]
	if newest == 0 {
		return fmt.Errorf("vault: there is no key %q", purpose)
	}
	if purpose == Wrap {
		left, err := v.store.Reader().PersonsBelow(ctx, tenant, newest)
		if err != nil {
			return err
		}
		if left > 0 {
			return v.rewrap(ctx, tenant, newest, left, progress)
		}
	}
	row, err := v.newKey(tenant, purpose, newest+1, now)
	if err != nil {
		return err
	}
	err = v.store.Write(ctx, func(tx *store.Tx) error {
		fresh, err := tx.InsertTenantKey(ctx, row)
		if err == nil && !fresh {
			return fmt.Errorf("vault: another process is rotating key %q of %s", purpose, tenant)
		}
		if err != nil {
			return err
		}
		return v.tell(ctx, tx, tenant, now, "key.rotated", string(purpose), "version", strconv.FormatInt(row.Version, 10))
	})
	if err != nil {
		return err
	}
	if _, err := v.reload(ctx, tenant); err != nil || purpose != Wrap {
		return err
	}
	left, err := v.store.Reader().PersonsBelow(ctx, tenant, newest+1)
	if err != nil {
		return err
	}
	return v.rewrap(ctx, tenant, newest+1, left, progress)
}

// rewrap wraps the keys of all members that an older version wraps.
func (v *Vault) rewrap(ctx context.Context, tenant verno.TenantID, version, total int64, progress Progress) error {
	var after verno.MemberID
	for done := int64(0); ; {
		rows, err := v.store.Reader().PersonsAfter(ctx, tenant, after, chunk)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].Member
		var old, fresh []store.Person
		for _, row := range rows {
			if row.WrappedKey == nil || row.KeyVersion >= version {
				continue
			}
			key, err := v.unwrap(ctx, row)
			if err != nil {
				return err
			}
			again, err := v.wrap(ctx, row, key)
			if err != nil {
				return err
			}
			old, fresh = append(old, row), append(fresh, again)
		}
		err = v.store.WriteLow(ctx, func(tx *store.Tx) error {
			for i := range old {
				tx.Bulk().RewrapPerson(old[i], fresh[i].KeyVersion, fresh[i].WrappedKey)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if done += int64(len(old)); progress != nil {
			progress(done, max(done, total))
		}
		if len(rows) < chunk {
			return nil // It is through, whatever becomes of the context.
		}
	}
}

// tell records a rotation in the log of the tenant whose keys they are; the installation's own keys have none.
func (v *Vault) tell(ctx context.Context, tx *store.Tx, tenant verno.TenantID, now time.Time, what, subject, name, value string) error {
	if v.record == nil || tenant == House {
		return nil
	}
	return v.record(ctx, tx, verno.Event{
		Tenant: tenant, Kind: verno.EventAccess, At: now, Subject: subject, Actor: verno.Actor{}.Name(),
		Detail: map[string]string{"what": what, name: value},
	})
}

// RotateKEK puts every tenant's keys under the first of the key-encryption keys, in short transactions; calling it
// again goes on where it stopped. Afterwards the other key-encryption keys are needed for older backups only.
func (v *Vault) RotateKEK(ctx context.Context, now time.Time, progress Progress) error {
	first := v.first()
	total, err := v.store.Reader().CountTenantKeysNotUnder(ctx, first.id)
	if err != nil {
		return err
	}
	for done := int64(0); ; {
		rows, err := v.store.Reader().TenantKeysNotUnder(ctx, first.id, chunk)
		if err != nil || len(rows) == 0 {
			return err
		}
		fresh := make([][]byte, len(rows))
		for i, row := range rows {
			key, err := v.openKey(row)
			if err != nil {
				return err
			}
			if fresh[i], err = first.aead.Encrypt(key, keyPlace(row)); err != nil {
				return err
			}
		}
		err = v.store.WriteLow(ctx, func(tx *store.Tx) error {
			count := map[verno.TenantID]int{}
			for i, row := range rows {
				if err := tx.RewrapTenantKey(ctx, row, first.id, fresh[i]); err != nil {
					return err
				}
				count[row.Tenant]++
			}
			for tenant, n := range count {
				if err := v.tell(ctx, tx, tenant, now, "kek.rotated", first.id, "keys", strconv.Itoa(n)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if done += int64(len(rows)); progress != nil {
			progress(done, max(done, total))
		}
	}
}
