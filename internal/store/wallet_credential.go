package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// WalletCredential is a certificate or key that a wallet knows a merchant by. What is secret of it is sealed.
type WalletCredential struct {
	Tenant    verno.TenantID
	ID        verno.WalletKeyID
	Kind      WalletCredentialKind
	Name      string // pass type identifier, key identifier, issuer identifier
	About     string // JSON: what it says of itself
	Sealed    []byte
	NotAfter  time.Time // zero for one that does not expire
	CreatedAt time.Time
	RetiredAt time.Time // zero while it may be used
}

// WalletCredentialKind is what a credential is for.
type WalletCredentialKind string

// The kinds of credential.
const (
	CredentialApplePass WalletCredentialKind = "apple_pass"
	CredentialApplePush WalletCredentialKind = "apple_push"
	CredentialGoogle    WalletCredentialKind = "google_wallet"
)

//nolint:gosec // G101 takes the names of columns for a credential.
const walletCredentialColumns = `tenant, id, kind, name, about, sealed, not_after, created_at, retired_at`

func scanWalletCredential(row Scanner) (c WalletCredential, err error) {
	err = row.Scan(&c.Tenant, &c.ID, &c.Kind, &c.Name, &c.About, &c.Sealed,
		when{&c.NotAfter}, when{&c.CreatedAt}, when{&c.RetiredAt})
	return c, err
}

// WalletCredential reads one credential. It returns ErrNotFound where there is none.
func (r *Reader) WalletCredential(ctx context.Context, tenant verno.TenantID, id verno.WalletKeyID) (WalletCredential, error) {
	return queryOne(ctx, r, scanWalletCredential, `SELECT `+walletCredentialColumns+` FROM wallet_credential
		WHERE tenant = $1 AND id = $2`, tenant, id)
}

// WalletCredentials are a tenant's credentials of a kind, or of all with the empty one, the newest first, the retired
// among them.
func (r *Reader) WalletCredentials(ctx context.Context, tenant verno.TenantID, kind WalletCredentialKind, limit int) ([]WalletCredential, error) {
	return queryAll(ctx, r, scanWalletCredential, `SELECT `+walletCredentialColumns+` FROM wallet_credential
		WHERE tenant = $1 AND (kind = $2 OR $2 = '') ORDER BY id DESC LIMIT $3`, tenant, string(kind), limit)
}

// WalletCredentialInUse is the newest credential of a kind that is not retired. It returns ErrNotFound where there is
// none.
func (r *Reader) WalletCredentialInUse(ctx context.Context, tenant verno.TenantID, kind WalletCredentialKind) (WalletCredential, error) {
	return queryOne(ctx, r, scanWalletCredential, `SELECT `+walletCredentialColumns+` FROM wallet_credential
		WHERE tenant = $1 AND kind = $2 AND retired_at IS NULL ORDER BY id DESC LIMIT 1`, tenant, string(kind))
}

// NextWalletEnd is when the first certificate in use of any tenant ends; the zero time where none is in use.
func (r *Reader) NextWalletEnd(ctx context.Context) (at time.Time, err error) {
	return queryOne(ctx, r, func(row Scanner) (time.Time, error) {
		err := row.Scan(when{&at})
		return at, err
	}, `SELECT MIN(not_after) FROM wallet_credential WHERE kind = $1 AND retired_at IS NULL`, string(CredentialApplePass))
}

// InsertWalletCredential adds a credential.
func (tx *Tx) InsertWalletCredential(ctx context.Context, c WalletCredential) error {
	_, err := tx.Exec(ctx, `INSERT INTO wallet_credential (`+walletCredentialColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		c.Tenant, c.ID, string(c.Kind), c.Name, c.About, c.Sealed, microsOrNull(c.NotAfter), verno.Micros(c.CreatedAt),
		microsOrNull(c.RetiredAt))
	return err
}

// RetireWalletCredentials retires a tenant's credentials of a kind, all but one, and says how many were in use.
func (tx *Tx) RetireWalletCredentials(ctx context.Context, tenant verno.TenantID, kind WalletCredentialKind, but verno.WalletKeyID, at time.Time) (int64, error) {
	return tx.Exec(ctx, `UPDATE wallet_credential SET retired_at = $1 WHERE tenant = $2 AND kind = $3 AND id <> $4 AND retired_at IS NULL`,
		verno.Micros(at), tenant, string(kind), but[:])
}
