package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
)

const memberColumns = `tenant, id, owner_id, programme_id, merged_into, COALESCE(external_id, ''), channel, store_id, tags,
	metadata, revision, COALESCE(erased_at, 0), enrolled_at, updated_at`

func scanMember(row Scanner) (m verno.Member, err error) {
	var tags, metadata []byte
	var erased, enrolled, updated int64
	err = row.Scan(&m.Tenant, &m.ID, &m.Owner, &m.Programme, &m.MergedInto, &m.ExternalID, &m.Channel, &m.Store, &tags,
		&metadata, &m.Revision, &erased, &enrolled, &updated)
	if err != nil {
		return m, err
	}
	m.ErasedAt, m.EnrolledAt, m.UpdatedAt = timeOrNone(erased), verno.FromMicros(enrolled), verno.FromMicros(updated)
	if err := unmarshal(tags, &m.Tags, "member's tags"); err != nil {
		return m, err
	}
	return m, unmarshal(metadata, &m.Metadata, "member's metadata")
}

// Member finds a member, the merged and the erased too. It returns ErrNotFound where there is none.
func (r *Reader) Member(ctx context.Context, tenant verno.TenantID, id verno.MemberID) (verno.Member, error) {
	return queryOne(ctx, r, scanMember, `SELECT `+memberColumns+` FROM member WHERE tenant = $1 AND id = $2`, tenant, id)
}

// MemberByExternalID finds a member by the name that another system gave it. It returns ErrNotFound where there is none.
func (r *Reader) MemberByExternalID(ctx context.Context, tenant verno.TenantID, externalID string) (verno.Member, error) {
	return queryOne(ctx, r, scanMember,
		`SELECT `+memberColumns+` FROM member WHERE tenant = $1 AND external_id = $2`, tenant, externalID)
}

// Members lists members by ID, the merged and the erased too.
func (r *Reader) Members(ctx context.Context, tenant verno.TenantID, after verno.MemberID, limit int) ([]verno.Member, error) {
	return queryAll(ctx, r, scanMember, `SELECT `+memberColumns+` FROM member
		WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3`, tenant, after[:], limit)
}

// MembersOf lists the members whose value one owner holds: its own, and those who were merged into them.
func (r *Reader) MembersOf(ctx context.Context, tenant verno.TenantID, owner verno.OwnerID) ([]verno.Member, error) {
	return queryAll(ctx, r, scanMember, `SELECT `+memberColumns+` FROM member
		WHERE tenant = $1 AND owner_id = $2 ORDER BY id`, tenant, owner)
}

// LockMember is Member, and keeps others from changing the row until the transaction ends.
func (tx *Tx) LockMember(ctx context.Context, tenant verno.TenantID, id verno.MemberID) (verno.Member, error) {
	return queryOne(ctx, tx.Reader, scanMember,
		`SELECT `+memberColumns+` FROM member WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE`, tenant, id)
}

// InsertMember adds a member and reports false where its external id is taken.
func (tx *Tx) InsertMember(ctx context.Context, m verno.Member) (bool, error) {
	tags, metadata, err := memberTexts(m)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO member (tenant, id, owner_id, programme_id, external_id, channel, store_id, tags,
		metadata, revision, enrolled_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT DO NOTHING`, m.Tenant, m.ID, m.Owner, m.Programme, textOrNull(m.ExternalID), m.Channel, m.Store, tags,
		metadata, m.Revision, verno.Micros(m.EnrolledAt), verno.Micros(m.UpdatedAt))
	return n == 1, err
}

// ChangeMember writes a member's owner, alias, external id, tags, metadata and erasure over those of a revision, which
// grows by one; false where it is no longer that. It returns ErrUnique where the external id is taken.
func (tx *Tx) ChangeMember(ctx context.Context, m verno.Member) (bool, error) {
	tags, metadata, err := memberTexts(m)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `UPDATE member SET owner_id = $1, merged_into = $2, external_id = $3, tags = $4, metadata = $5,
		erased_at = $6, updated_at = $7, revision = revision + 1 WHERE tenant = $8 AND id = $9 AND revision = $10`,
		m.Owner, m.MergedInto, textOrNull(m.ExternalID), tags, metadata, microsOrNull(m.ErasedAt), verno.Micros(m.UpdatedAt),
		m.Tenant, m.ID, m.Revision)
	return n == 1, err
}

// MoveAliases makes those who were merged into one member aliases of another, whose owner holds their value from now on:
// so an alias always names who it has become, and never another alias.
func (tx *Tx) MoveAliases(ctx context.Context, from, into verno.Member, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE member SET owner_id = $1, merged_into = $2, updated_at = $3, revision = revision + 1
		WHERE tenant = $4 AND owner_id = $5 AND merged_into = $6`,
		into.Owner, into.ID, verno.Micros(at), from.Tenant, from.Owner, from.ID)
	return err
}

func memberTexts(m verno.Member) (tags, metadata string, err error) {
	t, err := json.Marshal(m.Tags)
	if err != nil {
		return "", "", fmt.Errorf("store: write a member's tags: %w", err)
	}
	d, err := json.Marshal(m.Metadata)
	if err != nil {
		return "", "", fmt.Errorf("store: write a member's metadata: %w", err)
	}
	return string(t), string(d), nil
}
