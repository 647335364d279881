package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// NFCKey is a version of a merchant's key pair for what phones say by NFC. The private key is sealed.
type NFCKey struct {
	Tenant    verno.TenantID
	ID        verno.NFCKeyID
	Protocol  string // apple_vas, smart_tap
	Version   int64  // counts up within a protocol
	Public    []byte // compressed point of P-256
	Sealed    []byte
	CreatedAt time.Time
	RetiredAt time.Time // zero while it opens payloads
}

const nfcKeyColumns = `tenant, id, protocol, version, public, sealed, created_at, retired_at`

func scanNFCKey(row Scanner) (k NFCKey, err error) {
	err = row.Scan(&k.Tenant, &k.ID, &k.Protocol, &k.Version, &k.Public, &k.Sealed, when{&k.CreatedAt}, when{&k.RetiredAt})
	return k, err
}

// NFCKeys are a tenant's keys of a protocol, or of all with the empty one, by protocol and the newest first, the retired among them.
func (r *Reader) NFCKeys(ctx context.Context, tenant verno.TenantID, protocol string, limit int) ([]NFCKey, error) {
	return queryAll(ctx, r, scanNFCKey, `SELECT `+nfcKeyColumns+` FROM nfc_key
		WHERE tenant = $1 AND (protocol = $2 OR $2 = '') ORDER BY protocol, version DESC LIMIT $3`, tenant, protocol, limit)
}

// InsertNFCKey adds a key as the next version of its protocol and returns that. Of two at once one fails.
func (tx *Tx) InsertNFCKey(ctx context.Context, k NFCKey) (version int64, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO nfc_key (`+nfcKeyColumns+`)
		VALUES ($1, $2, $3, (SELECT COALESCE(max(version), 0) + 1 FROM nfc_key WHERE tenant = $1 AND protocol = $3), $4, $5, $6, NULL)
		RETURNING version`, k.Tenant, k.ID, k.Protocol, k.Public, k.Sealed, verno.Micros(k.CreatedAt)).Scan(&version)
	return version, err
}

// RetireNFCKey ends a key for good and reports false where it was retired before, or does not exist.
func (tx *Tx) RetireNFCKey(ctx context.Context, tenant verno.TenantID, id verno.NFCKeyID, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE nfc_key SET retired_at = $1 WHERE tenant = $2 AND id = $3 AND retired_at IS NULL`,
		verno.Micros(at), tenant, id)
	return n == 1, err
}
