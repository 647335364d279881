package member

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// cooling is how long nothing is spent after a change of phone; nothing where it was turned off.
func (r *Roll) cooling() time.Duration {
	if r.Cooling == 0 {
		return 48 * time.Hour
	}
	return max(0, r.Cooling)
}

// lockBoth is lock for what may cool an owner down, whose row comes before the member's. Error: owner_moved.
func lockBoth(ctx context.Context, tx *store.Tx, tenant verno.TenantID, id verno.MemberID) (verno.Member, error) {
	read, err := living(ctx, tx.Reader, tenant, id)
	if err != nil {
		return read, err
	}
	if _, err := lockOwner(ctx, tx, tenant, read.Owner); err != nil {
		return read, err
	}
	m, err := lock(ctx, tx, tenant, id)
	if err == nil && m.Owner != read.Owner {
		err = verno.Conflict("owner_moved")
	}
	return m, err
}

func lockOwner(ctx context.Context, tx *store.Tx, tenant verno.TenantID, id verno.OwnerID) (*store.Owner, error) {
	var owner *store.Owner
	bulk := tx.Bulk()
	bulk.LockOwners(tenant, []verno.OwnerID{id}, func(o store.Owner) { owner = &o })
	return owner, bulk.Flush(ctx)
}

// cool keeps an owner from spending for a while, without a way to end it early: whoever may change a phone could else
// end it as well. It returns until when; nothing where it was turned off.
func (r *Roll) cool(ctx context.Context, tx *store.Tx, tenant verno.TenantID, id verno.OwnerID, now time.Time) (until string, err error) {
	if r.cooling() == 0 {
		return "", nil
	}
	owner, err := lockOwner(ctx, tx, tenant, id)
	if err != nil || owner == nil {
		return "", err
	}
	until = chill(owner, now.Add(r.cooling()))
	tx.Bulk().PutOwners([]*store.Owner{owner})
	return until, nil
}

// chill never shortens what is there already.
func chill(owner *store.Owner, until time.Time) string {
	owner.State.Cooling = max(owner.State.Cooling, verno.Micros(until))
	return verno.FromMicros(owner.State.Cooling).UTC().Format(time.RFC3339)
}

func coolingOf(o store.Owner) time.Time {
	if o.State.Cooling == 0 {
		return time.Time{}
	}
	return verno.FromMicros(o.State.Cooling)
}

// coolingOfTwo is how long a merge cools: what one phone could get at moves to another, as if the phone had been changed.
func (r *Roll) coolingOfTwo(ctx context.Context, reader *store.Reader, from, into verno.Member) (time.Duration, error) {
	var phones [2]string
	for i, m := range []verno.Member{from, into} {
		p, err := r.Vault.Person(ctx, reader, m.Tenant, m.ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, vault.ErrErased) {
			return 0, err
		}
		phones[i] = p.Phone
	}
	if phones[0] == "" || phones[0] == phones[1] {
		return 0, nil
	}
	return r.cooling(), nil
}
