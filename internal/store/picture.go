package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// Picture is a picture that cards show, made anew from its pixels.
type Picture struct {
	Tenant        verno.TenantID
	Hash          string // SHA-256 of the PNG, hexadecimal
	PNG           []byte // empty in lists
	Width, Height int64
	CreatedAt     time.Time
}

func scanPicture(row Scanner) (p Picture, err error) {
	var created int64
	err = row.Scan(&p.Tenant, &p.Hash, &p.PNG, &p.Width, &p.Height, &created)
	p.CreatedAt = verno.FromMicros(created)
	return p, err
}

// Picture finds a picture. It returns ErrNotFound where there is none.
func (r *Reader) Picture(ctx context.Context, tenant verno.TenantID, hash string) (Picture, error) {
	return queryOne(ctx, r, scanPicture, `SELECT tenant, hash, png, width, height, created_at FROM picture
		WHERE tenant = $1 AND hash = $2`, tenant, hash)
}

// HasPicture says whether there is a picture.
func (r *Reader) HasPicture(ctx context.Context, tenant verno.TenantID, hash string) (bool, error) {
	n, err := queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM picture WHERE tenant = $1 AND hash = $2`, tenant, hash)
	return n > 0, err
}

// Pictures lists a tenant's pictures without what they show, the newest first.
func (r *Reader) Pictures(ctx context.Context, tenant verno.TenantID, limit int) ([]Picture, error) {
	return queryAll(ctx, r, func(row Scanner) (p Picture, err error) {
		var created int64
		err = row.Scan(&p.Tenant, &p.Hash, &p.Width, &p.Height, &created)
		p.CreatedAt = verno.FromMicros(created)
		return p, err
	}, `SELECT tenant, hash, width, height, created_at FROM picture WHERE tenant = $1 ORDER BY created_at DESC, hash LIMIT $2`, tenant, limit)
}

// InsertPicture adds a picture unless it is there already.
func (tx *Tx) InsertPicture(ctx context.Context, p Picture) error {
	_, err := tx.Exec(ctx, `INSERT INTO picture (tenant, hash, png, width, height, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`, p.Tenant, p.Hash, p.PNG, p.Width, p.Height, verno.Micros(p.CreatedAt))
	return err
}
