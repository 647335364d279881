package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// Consents lists all decisions of a member, oldest first. The last one of a purpose holds.
func (r *Reader) Consents(ctx context.Context, tenant verno.TenantID, member verno.MemberID) ([]verno.Consent, error) {
	return queryAll(ctx, r, func(row Scanner) (c verno.Consent, err error) {
		var given int64
		err = row.Scan(&c.Member, &c.ID, &c.Purpose, &c.Granted, &c.TextVersion, &c.TextHash, &c.Channel, &c.Actor, &given)
		c.GivenAt = verno.FromMicros(given)
		return c, err
	}, `SELECT member_id, id, purpose, granted, text_version, text_hash, channel, actor, given_at FROM consent
		WHERE tenant = $1 AND member_id = $2 ORDER BY given_at, id`, tenant, member)
}

// InsertConsent adds a decision. Decisions are never changed: a later one of the same purpose takes its place.
func (tx *Tx) InsertConsent(ctx context.Context, tenant verno.TenantID, c verno.Consent) error {
	_, err := tx.Exec(ctx, `INSERT INTO consent (tenant, member_id, id, purpose, granted, text_version, text_hash, channel,
		actor, given_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, tenant, c.Member, c.ID, c.Purpose, c.Granted,
		c.TextVersion, c.TextHash, c.Channel, c.Actor, verno.Micros(c.GivenAt))
	return err
}

// AgreedText is how many members have agreed to a text and not taken it back since.
type AgreedText struct {
	Hash    []byte // SHA-256 of the text
	Members int64
}

// AgreedTexts counts, by text, those whose last word on a purpose is yes.
func (r *Reader) AgreedTexts(ctx context.Context, tenant verno.TenantID, purpose string) ([]AgreedText, error) {
	return queryAll(ctx, r, func(row Scanner) (a AgreedText, err error) {
		return a, row.Scan(&a.Hash, &a.Members)
	}, `SELECT c.text_hash, COUNT(*) FROM consent c WHERE c.tenant = $1 AND c.purpose = $2 AND c.granted = 1 AND NOT EXISTS (
		SELECT 1 FROM consent l WHERE l.tenant = c.tenant AND l.member_id = c.member_id AND l.purpose = c.purpose
		AND (l.given_at > c.given_at OR l.given_at = c.given_at AND l.id > c.id)) GROUP BY c.text_hash`, tenant, purpose)
}
