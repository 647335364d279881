package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// OneTimeCode proves a phone, for one request. The code itself is not kept: whoever has the keys can work it out.
type OneTimeCode struct {
	Tenant    verno.TenantID
	ID        verno.ProofID // of the request
	Token     []byte        // blind index of the phone
	Tries     int64         // that are left
	Sent      int64         // how many codes the request has had
	SentAt    time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero while it is not
}

const oneTimeCodeColumns = `tenant, id, token, tries, sent, sent_at, expires_at, used_at`

// LockOneTimeCode locks a request's code. It returns ErrNotFound where there is none.
func (tx *Tx) LockOneTimeCode(ctx context.Context, tenant verno.TenantID, id verno.ProofID) (OneTimeCode, error) {
	return queryOne(ctx, tx.Reader, func(row Scanner) (c OneTimeCode, err error) {
		err = row.Scan(&c.Tenant, &c.ID, &c.Token, &c.Tries, &c.Sent, when{&c.SentAt}, when{&c.ExpiresAt}, when{&c.UsedAt})
		return c, err
	}, `SELECT `+oneTimeCodeColumns+` FROM one_time_code WHERE tenant = $1 AND id = $2 FOR UPDATE`, tenant, id)
}

// PutOneTimeCode writes a request's code over the one before.
func (tx *Tx) PutOneTimeCode(ctx context.Context, c OneTimeCode) error {
	_, err := tx.Exec(ctx, `INSERT INTO one_time_code (`+oneTimeCodeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (tenant, id) DO UPDATE SET token = $3, tries = $4, sent = $5, sent_at = $6, expires_at = $7, used_at = $8`,
		c.Tenant, c.ID, c.Token, c.Tries, c.Sent, verno.Micros(c.SentAt), verno.Micros(c.ExpiresAt), microsOrNull(c.UsedAt))
	return err
}

// DeleteOneTimeCodes forgets codes that had lapsed before a time, up to a number of them, and says how many they were.
func (tx *Tx) DeleteOneTimeCodes(ctx context.Context, before time.Time, limit int) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM one_time_code WHERE (tenant, id) IN
		(SELECT tenant, id FROM one_time_code WHERE expires_at < $1 LIMIT $2)`, verno.Micros(before), limit)
}
