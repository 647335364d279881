package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// InsertCertificate notes by which entry a certificate was sold.
func (tx *Tx) InsertCertificate(ctx context.Context, tenant verno.TenantID, card verno.CardID, entry verno.EntryID) error {
	_, err := tx.Exec(ctx, `INSERT INTO certificate (tenant, card_id, entry_id) VALUES ($1, $2, $3)`, tenant, card, entry)
	return err
}

// CertificateSold is the entry by which a certificate was sold. It returns ErrNotFound for one that nobody has bought, or
// that another has replaced.
func (r *Reader) CertificateSold(ctx context.Context, tenant verno.TenantID, card verno.CardID) (Entry, error) {
	return queryOne(ctx, r, scanEntry, `SELECT e.tenant, e.owner_id, e.id, e.kind, e.reason, e.actor, e.ref, e.occurred_at, e.postings
		FROM certificate c JOIN entry e ON e.tenant = c.tenant AND e.id = c.entry_id WHERE c.tenant = $1 AND c.card_id = $2`, tenant, card)
}

// SoldCertificate is a certificate, and the entry by which it was sold.
type SoldCertificate struct {
	Card  verno.CardID
	Entry Entry
}

// CertificatesSold lists certificates that were sold, the latest first, sold before an entry (zero for the newest). One that
// was replaced stands there as the card that has come after it.
func (r *Reader) CertificatesSold(ctx context.Context, tenant verno.TenantID, before verno.EntryID, limit int) ([]SoldCertificate, error) {
	return queryAll(ctx, r, func(row Scanner) (s SoldCertificate, err error) {
		e := &s.Entry
		err = row.Scan(&s.Card, &e.Tenant, &e.Owner, &e.ID, &e.Kind, &e.Reason, &e.Actor, &e.Ref, &e.At, &e.Postings)
		return s, err
	}, `SELECT c.card_id, e.tenant, e.owner_id, e.id, e.kind, e.reason, e.actor, e.ref, e.occurred_at, e.postings
		FROM certificate c JOIN entry e ON e.tenant = c.tenant AND e.id = c.entry_id
		WHERE c.tenant = $1 AND c.entry_id < $2 ORDER BY c.entry_id DESC LIMIT $3`, tenant, latest(before.Bytes()), limit)
}

// ValueEvents lists the newest events of what a card itself is good for: what was put on it, and what was taken off.
func (r *Reader) ValueEvents(ctx context.Context, tenant verno.TenantID, card verno.CardID, limit int) ([]EventRow, error) {
	return queryAll(ctx, r, scanEvent, `SELECT `+eventColumns+`, CAST(-1 AS BIGINT) FROM event e
		WHERE e.tenant = $1 AND e.owner_id = $2 AND e.kind IN ('card.value_changed', 'certificate.returned')
		ORDER BY e.batch_id DESC, e.ordinal DESC LIMIT $3`, tenant, verno.CardOwner(card), limit)
}

// MoveCertificate lets a card stand for one that was sold and that it replaces; nothing where that was no certificate.
func (tx *Tx) MoveCertificate(ctx context.Context, tenant verno.TenantID, from, to verno.CardID) error {
	_, err := tx.Exec(ctx, `UPDATE certificate SET card_id = $1 WHERE tenant = $2 AND card_id = $3`, to, tenant, from)
	return err
}

// OpenAccounts opens for an owner the accounts that another has, with nothing on them: what was sold stays known as sold
// where nothing is left of it.
func (tx *Tx) OpenAccounts(ctx context.Context, tenant verno.TenantID, like, owner verno.OwnerID) error {
	_, err := tx.Exec(ctx, `INSERT INTO account (tenant, owner_id, role, unit_id, balance)
		SELECT tenant, $1, role, unit_id, 0 FROM account WHERE tenant = $2 AND owner_id = $3`, owner, tenant, like)
	return err
}
