package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// LegalText is one version of a text that members agree to, in one language. It is never changed.
type LegalText struct {
	Tenant      verno.TenantID
	Purpose     string // terms, personal_data, advertising
	Language    string
	Version     int64
	Title       string
	Body        string
	Hash        []byte // SHA-256 of the body
	PublishedAt time.Time
	PublishedBy string
}

const legalTextColumns = `tenant, purpose, language, version, title, body, hash, published_at, published_by`

func scanLegalText(row Scanner) (t LegalText, err error) {
	var published int64
	err = row.Scan(&t.Tenant, &t.Purpose, &t.Language, &t.Version, &t.Title, &t.Body, &t.Hash, &published, &t.PublishedBy)
	t.PublishedAt = verno.FromMicros(published)
	return t, err
}

// LegalTexts are the versions in force: the newest of each purpose in each language.
func (r *Reader) LegalTexts(ctx context.Context, tenant verno.TenantID) ([]LegalText, error) {
	return queryAll(ctx, r, scanLegalText, `SELECT `+legalTextColumns+` FROM legal_text x WHERE tenant = $1 AND version =
		(SELECT MAX(version) FROM legal_text y WHERE y.tenant = x.tenant AND y.purpose = x.purpose AND y.language = x.language)
		ORDER BY purpose, language`, tenant)
}

// LegalText reads one version. It returns ErrNotFound where there is none.
func (r *Reader) LegalText(ctx context.Context, tenant verno.TenantID, purpose, language string, version int64) (LegalText, error) {
	return queryOne(ctx, r, scanLegalText, `SELECT `+legalTextColumns+` FROM legal_text
		WHERE tenant = $1 AND purpose = $2 AND language = $3 AND version = $4`, tenant, purpose, language, version)
}

// LegalTextVersions are all versions of a text in a language, the newest first.
func (r *Reader) LegalTextVersions(ctx context.Context, tenant verno.TenantID, purpose, language string, limit int) ([]LegalText, error) {
	return queryAll(ctx, r, scanLegalText, `SELECT `+legalTextColumns+` FROM legal_text
		WHERE tenant = $1 AND purpose = $2 AND language = $3 ORDER BY version DESC LIMIT $4`, tenant, purpose, language, limit)
}

// InsertLegalText adds a version and reports false where it is there already.
func (tx *Tx) InsertLegalText(ctx context.Context, t LegalText) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO legal_text (`+legalTextColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT DO NOTHING`, t.Tenant, t.Purpose, t.Language, t.Version, t.Title, t.Body, t.Hash, verno.Micros(t.PublishedAt), t.PublishedBy)
	return n == 1, err
}
