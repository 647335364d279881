package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
)

// VersionHead is what a list shows of a published version.
type VersionHead struct {
	Number      int64
	Note        string
	PublishedBy string
	PublishedAt time.Time
}

func scanVersion(row Scanner) (*verno.Version, error) {
	var document []byte
	if err := row.Scan(&document); err != nil {
		return nil, err
	}
	v := &verno.Version{}
	return v, unmarshal(document, v, "version")
}

// Version finds a published version. It returns ErrNotFound where there is none.
func (r *Reader) Version(ctx context.Context, tenant verno.TenantID, id verno.ProgrammeID, number int64) (*verno.Version, error) {
	return queryOne(ctx, r, scanVersion, `SELECT document FROM programme_version
		WHERE tenant = $1 AND programme_id = $2 AND number = $3`, tenant, id, number)
}

// PublishedNumber is the number of the version that is in force, 0 where nothing was published yet. It returns ErrNotFound
// where there is no such programme.
func (r *Reader) PublishedNumber(ctx context.Context, tenant verno.TenantID, id verno.ProgrammeID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT published FROM programme WHERE tenant = $1 AND id = $2`, tenant, id)
}

// PublishedVersion finds the version that is in force. It returns ErrNotFound where nothing was published yet.
func (r *Reader) PublishedVersion(ctx context.Context, tenant verno.TenantID, id verno.ProgrammeID) (*verno.Version, error) {
	return queryOne(ctx, r, scanVersion, `SELECT v.document FROM programme p JOIN programme_version v
		ON v.tenant = p.tenant AND v.programme_id = p.id AND v.number = p.published WHERE p.tenant = $1 AND p.id = $2`, tenant, id)
}

// VersionNumberAt is the number of the version that was in force at a time; of the first one before there was any. It is
// 0 where nothing was published yet.
func (r *Reader) VersionNumberAt(ctx context.Context, tenant verno.TenantID, id verno.ProgrammeID, at int64) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT COALESCE(
		(SELECT MAX(number) FROM programme_version WHERE tenant = $1 AND programme_id = $2 AND published_at <= $3),
		(SELECT MIN(number) FROM programme_version WHERE tenant = $1 AND programme_id = $2), 0)`, tenant, id, at)
}

// Versions lists the published versions of a programme, newest first, below a number (0 for all).
func (r *Reader) Versions(ctx context.Context, tenant verno.TenantID, id verno.ProgrammeID, below int64, limit int) ([]VersionHead, error) {
	if below == 0 {
		below = 1<<63 - 1
	}
	return queryAll(ctx, r, func(row Scanner) (h VersionHead, err error) {
		var at int64
		err = row.Scan(&h.Number, &h.Note, &h.PublishedBy, &at)
		h.PublishedAt = verno.FromMicros(at)
		return h, err
	}, `SELECT number, note, published_by, published_at FROM programme_version
		WHERE tenant = $1 AND programme_id = $2 AND number < $3 ORDER BY number DESC LIMIT $4`, tenant, id, below, limit)
}

// InsertVersion adds a version. It returns ErrUnique where its number exists.
func (tx *Tx) InsertVersion(ctx context.Context, tenant verno.TenantID, v *verno.Version) error {
	document, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("store: write a version: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO programme_version (tenant, programme_id, number, document, note, published_by, published_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		tenant, v.Programme.ID, v.Number, string(document), v.Note, v.PublishedBy, verno.Micros(v.PublishedAt))
	return err
}
