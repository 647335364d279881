package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// Person is a member's personal data as the database sees it: sealed under a key of its own, which is wrapped by a key
// of the tenant. Both are nil once the person was erased.
type Person struct {
	Tenant     verno.TenantID
	Member     verno.MemberID
	KeyVersion int64
	WrappedKey []byte
	Sealed     []byte
	UpdatedAt  time.Time
}

const personColumns = `tenant, member_id, key_version, wrapped_key, sealed, updated_at`

func scanPerson(row Scanner) (p Person, err error) {
	err = row.Scan(&p.Tenant, &p.Member, &p.KeyVersion, &p.WrappedKey, &p.Sealed, when{&p.UpdatedAt})
	return p, err
}

// Person reads a member's sealed person. It returns ErrNotFound for a member without one.
func (r *Reader) Person(ctx context.Context, tenant verno.TenantID, member verno.MemberID) (Person, error) {
	return queryOne(ctx, r, scanPerson,
		`SELECT `+personColumns+` FROM person WHERE tenant = $1 AND member_id = $2`, tenant, member)
}

// PersonsAfter are the tenant's persons by member, the erased among them.
func (r *Reader) PersonsAfter(ctx context.Context, tenant verno.TenantID, after verno.MemberID, limit int) ([]Person, error) {
	return queryAll(ctx, r, scanPerson,
		`SELECT `+personColumns+` FROM person WHERE tenant = $1 AND member_id > $2 ORDER BY member_id LIMIT $3`,
		tenant, after[:], limit)
}

// PersonsBelow is how many persons, not erased, have their key wrapped by an older version than this.
func (r *Reader) PersonsBelow(ctx context.Context, tenant verno.TenantID, version int64) (int64, error) {
	return queryOne(ctx, r, scanOne[int64],
		`SELECT COUNT(*) FROM person WHERE tenant = $1 AND key_version < $2 AND wrapped_key IS NOT NULL`, tenant, version)
}

// PutPerson writes a person over what was there, and reports false where the member was erased: that is for ever.
func (tx *Tx) PutPerson(ctx context.Context, p Person) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO person (`+personColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant, member_id) DO UPDATE SET key_version = excluded.key_version, wrapped_key = excluded.wrapped_key,
		sealed = excluded.sealed, updated_at = excluded.updated_at WHERE person.wrapped_key IS NOT NULL`,
		p.Tenant, p.Member, p.KeyVersion, p.WrappedKey, p.Sealed, verno.Micros(p.UpdatedAt))
	return n == 1, err
}

// ErasePerson destroys a person's key and what it sealed.
func (tx *Tx) ErasePerson(ctx context.Context, tenant verno.TenantID, member verno.MemberID, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO person (`+personColumns+`) VALUES ($1, $2, 0, NULL, NULL, $3)
		ON CONFLICT (tenant, member_id) DO UPDATE SET key_version = 0, wrapped_key = NULL, sealed = NULL,
		updated_at = excluded.updated_at`, tenant, member, verno.Micros(at))
	return err
}

var rewrapPerson = Keyed("tenant bytea, member_id bytea, old bytea, version bigint, wrapped bytea",
	`UPDATE person SET key_version = k.version, wrapped_key = k.wrapped FROM k
	WHERE person.tenant = k.tenant AND person.member_id = k.member_id AND person.wrapped_key = k.old`)

// RewrapPerson queues that a person's key is wrapped anew, unless the person was changed or erased meanwhile.
func (p *Pipe) RewrapPerson(old Person, version int64, wrapped []byte) {
	p.Values(rewrapPerson).Bytes(old.Tenant[:]).Bytes(old.Member[:]).Bytes(old.WrappedKey).Int(version).Bytes(wrapped)
}
