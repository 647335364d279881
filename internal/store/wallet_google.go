package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// GoogleObject is what Google was told of a pass.
type GoogleObject struct {
	Tenant  verno.TenantID
	Card    verno.CardID
	ID      string // at Google; empty where it was told nothing yet
	Sent    []byte // hash of what it holds; nil where that is not known
	Loud    []byte // hash of the fields whose changes are spoken of, as they were last spoken of
	News    []byte // hash of the news that it was told last
	Asked   []byte // hash of the news that it may have been told
	Changes string // JSON: when the latest changes were spoken of
	Notices string // JSON: when the latest messages were
	Tries   int64  // in vain, since the last that was not
	Fault   string // why it was given up; empty where it was not
}

const googleObjectColumns = `tenant, card_id, id, sent, loud, news, asked, changes, notices, tries, fault`

func scanGoogleObject(row Scanner) (o GoogleObject, err error) {
	err = row.Scan(&o.Tenant, &o.Card, &o.ID, &o.Sent, &o.Loud, &o.News, &o.Asked, &o.Changes, &o.Notices, &o.Tries, &o.Fault)
	return o, err
}

// GoogleObject is what Google was told of a card's pass. It returns ErrNotFound where it was told nothing.
func (r *Reader) GoogleObject(ctx context.Context, tenant verno.TenantID, card verno.CardID) (GoogleObject, error) {
	return queryOne(ctx, r, scanGoogleObject, `SELECT `+googleObjectColumns+` FROM google_object
		WHERE tenant = $1 AND card_id = $2`, tenant, card)
}

// PutGoogleObject writes what Google was told of a pass.
func (tx *Tx) PutGoogleObject(ctx context.Context, o GoogleObject) error {
	_, err := tx.Exec(ctx, `INSERT INTO google_object (`+googleObjectColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (tenant, card_id) DO UPDATE SET id = excluded.id, sent = excluded.sent, loud = excluded.loud,
			news = excluded.news, asked = excluded.asked, changes = excluded.changes, notices = excluded.notices,
			tries = excluded.tries, fault = excluded.fault`,
		o.Tenant, o.Card, o.ID, o.Sent, o.Loud, o.News, o.Asked, o.Changes, o.Notices, o.Tries, o.Fault)
	return err
}

// GoogleClassSent is the hash of what Google was told a class is made of. It returns ErrNotFound where it was told nothing.
func (r *Reader) GoogleClassSent(ctx context.Context, tenant verno.TenantID, template verno.TemplateID, id string) ([]byte, error) {
	return queryOne(ctx, r, scanOne[[]byte], `SELECT sent FROM google_class
		WHERE tenant = $1 AND template_id = $2 AND id = $3`, tenant, template[:], id)
}

// PutGoogleClass writes what Google was told of a template.
func (tx *Tx) PutGoogleClass(ctx context.Context, tenant verno.TenantID, template verno.TemplateID, id string, sent []byte, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO google_class (tenant, template_id, id, sent, sent_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant, template_id, id) DO UPDATE SET sent = excluded.sent, sent_at = excluded.sent_at`,
		tenant, template[:], id, sent, verno.Micros(at))
	return err
}

// GoogleTenants are the tenants that have a credential for Google in use.
func (r *Reader) GoogleTenants(ctx context.Context) ([]verno.TenantID, error) {
	return queryAll(ctx, r, scanOne[verno.TenantID], `SELECT DISTINCT tenant FROM wallet_credential
		WHERE kind = $1 AND retired_at IS NULL ORDER BY tenant`, string(CredentialGoogle))
}

// ClaimGoogle takes passes of a tenant that Google has to be told of, and makes them due again at a moment, for the case
// that whoever took them falls. The moment is the claim: GoogleDone and GoogleLater name it.
func (tx *Tx) ClaimGoogle(ctx context.Context, tenant verno.TenantID, now, until time.Time, limit int) ([]Pass, error) {
	return queryAll(ctx, tx.Reader, scanPass, `WITH due AS MATERIALIZED (SELECT card_id AS due_card FROM pass
			WHERE tenant = $1 AND google_due <= $2 ORDER BY google_due LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED)
		UPDATE pass SET google_due = $3 FROM due WHERE tenant = $1 AND card_id = due_card RETURNING `+passColumns,
		tenant, verno.Micros(now), verno.Micros(until), limit)
}

// GoogleDone ends a claim of a pass as it was read: Google knows it up to its tag or, where it knows nothing new, refuses
// to. The pass stays due where it has changed since.
func (tx *Tx) GoogleDone(ctx context.Context, p Pass, knows bool, claim, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE pass SET google_id = $1,
		google_tag = CASE WHEN $2 = 1 AND google_tag < $3 THEN $3 ELSE google_tag END,
		google_due = CASE WHEN google_due IS NOT NULL AND google_due <> $4 THEN google_due WHEN tag > $3 THEN $5 END
		WHERE tenant = $6 AND card_id = $7`,
		textOrNull(p.GoogleID), flag(knows), p.Tag, verno.Micros(claim), verno.Micros(now), p.Tenant, p.Card)
	return err
}

// GoogleLater puts off what was claimed, unless the pass has become due anew.
func (tx *Tx) GoogleLater(ctx context.Context, p Pass, claim, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE pass SET google_due = $1 WHERE tenant = $2 AND card_id = $3 AND google_due = $4`,
		verno.Micros(at), p.Tenant, p.Card, verno.Micros(claim))
	return err
}

// GoogleSaved notes that somebody has put a card into Google Wallet.
func (tx *Tx) GoogleSaved(ctx context.Context, p Pass, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE pass SET saved_at = $1 WHERE tenant = $2 AND card_id = $3`, verno.Micros(at), p.Tenant, p.Card)
	if err != nil {
		return err
	}
	return tx.Installed(ctx, p.Tenant, p.Card, "google", at)
}

// GoogleRemoved notes that somebody has taken a card out of Google Wallet.
func (tx *Tx) GoogleRemoved(ctx context.Context, p Pass, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE pass SET removed_at = $1 WHERE tenant = $2 AND card_id = $3`, verno.Micros(at), p.Tenant, p.Card)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE pass_history SET removed_at = $1 WHERE tenant = $2 AND card_id = $3 AND wallet = 'google'`,
		verno.Micros(at), p.Tenant, p.Card)
	return err
}

// AddTaskOnce adds a task unless one of its kind about the same thing is open.
func (tx *Tx) AddTaskOnce(ctx context.Context, tenant verno.TenantID, t verno.Task) error {
	_, err := tx.Exec(ctx, `INSERT INTO task (tenant, id, kind, owner_id, ref, detail, created_at)
		SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS
			(SELECT 1 FROM task WHERE tenant = $1 AND kind = $3 AND ref = $5 AND done_at IS NULL)`,
		tenant, t.ID, t.Kind, t.Owner, []byte(t.Ref), t.Detail, verno.Micros(t.CreatedAt))
	return err
}
