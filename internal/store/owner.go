package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// Owner is a row that is locked before value of its owner moves.
type Owner struct {
	Tenant   verno.TenantID
	ID       verno.OwnerID
	Kind     string
	MovedTo  verno.OwnerID
	FrozenAt int64 // 0 where it is not frozen
	Epoch    int64
	State    verno.OwnerState
	Stored   bool // it was read, so writing it is an update
}

const ownerColumns = `tenant, id, kind, moved_to, COALESCE(frozen_at, 0), epoch, state`

func scanOwner(row Scanner) (o Owner, err error) {
	var state string
	if err = row.Scan(&o.Tenant, &o.ID, &o.Kind, &o.MovedTo, &o.FrozenAt, &o.Epoch, &state); err != nil {
		return o, err
	}
	if len(state) > 2 {
		err = readState(state, &o.State)
	}
	o.Stored = true
	return o, err
}

var (
	lockOwner = Keyed("tenant bytea, id bytea",
		`SELECT `+ownerColumns+` FROM owner WHERE tenant = k.tenant AND id = k.id FOR NO KEY UPDATE`)
	readOwner = Keyed("tenant bytea, id bytea",
		`SELECT `+ownerColumns+` FROM owner WHERE tenant = k.tenant AND id = k.id`)
	putOwner = Insert("owner", "tenant bytea, id bytea, kind text, moved_to bytea, frozen_at bigint, epoch bigint, state text",
		`ON CONFLICT (tenant, id) DO UPDATE SET moved_to = excluded.moved_to, frozen_at = excluded.frozen_at,
		epoch = excluded.epoch, state = excluded.state`)
	changeOwner = Keyed("tenant bytea, id bytea, moved_to bytea, frozen_at bigint, epoch bigint, state text",
		`UPDATE owner SET moved_to = k.moved_to, frozen_at = k.frozen_at, epoch = k.epoch, state = k.state FROM k
		WHERE owner.tenant = k.tenant AND owner.id = k.id`)
)

// LockOwners locks owners, given in the order of their IDs, until the transaction ends.
func (p *Pipe) LockOwners(tenant verno.TenantID, ids []verno.OwnerID, found func(Owner)) {
	p.owners(lockOwner, tenant, ids, found)
}

// ReadOwners reads owners without locking them.
func (p *Pipe) ReadOwners(tenant verno.TenantID, ids []verno.OwnerID, found func(Owner)) {
	p.owners(readOwner, tenant, ids, found)
}

func (p *Pipe) owners(statement *Bulk, tenant verno.TenantID, ids []verno.OwnerID, found func(Owner)) {
	v := p.Values(statement).Each(func(row Scanner) error {
		o, err := scanOwner(row)
		if err == nil {
			found(o)
		}
		return err
	})
	for i := range ids {
		v.Bytes(tenant[:]).Bytes(ids[i][:])
	}
}

// PutOwners writes owners that are new or locked.
func (p *Pipe) PutOwners(owners []*Owner) {
	put, change := p.Values(putOwner), p.Values(changeOwner)
	for _, o := range owners {
		v := put
		if o.Stored {
			v = change
		}
		v.Bytes(o.Tenant[:]).Bytes(o.ID[:])
		if !o.Stored {
			v.Text(o.Kind)
		}
		v.Bytes(o.MovedTo.Bytes())
		if o.FrozenAt == 0 {
			v.Null()
		} else {
			v.Int(o.FrozenAt)
		}
		v.Int(o.Epoch).Text(string(AppendState(nil, &o.State)))
	}
}

// Owner reads an owner without locking it. It returns ErrNotFound where there is none.
func (r *Reader) Owner(ctx context.Context, tenant verno.TenantID, id verno.OwnerID) (Owner, error) {
	return queryOne(ctx, r, scanOwner, `SELECT `+ownerColumns+` FROM owner WHERE tenant = $1 AND id = $2`, tenant, id)
}
