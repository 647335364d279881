package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
)

// Programme is a programme's draft and the number of the version in force.
type Programme struct {
	Tenant    verno.TenantID
	Draft     verno.Programme
	Revision  int64 // of the draft
	Published int64 // 0 where nothing was published yet
	CreatedAt time.Time
	UpdatedAt time.Time
}

const programmeColumns = `tenant, draft, revision, published, created_at, updated_at`

func scanProgramme(row Scanner) (p Programme, err error) {
	var draft []byte
	var created, updated int64
	if err = row.Scan(&p.Tenant, &draft, &p.Revision, &p.Published, &created, &updated); err != nil {
		return p, err
	}
	p.CreatedAt, p.UpdatedAt = verno.FromMicros(created), verno.FromMicros(updated)
	return p, unmarshal(draft, &p.Draft, "programme")
}

// Programme finds a programme. It returns ErrNotFound where there is none.
func (r *Reader) Programme(ctx context.Context, tenant verno.TenantID, id verno.ProgrammeID) (Programme, error) {
	return queryOne(ctx, r, scanProgramme,
		`SELECT `+programmeColumns+` FROM programme WHERE tenant = $1 AND id = $2`, tenant, id)
}

// Programmes lists a tenant's programmes by ID.
func (r *Reader) Programmes(ctx context.Context, tenant verno.TenantID, after verno.ProgrammeID, limit int) ([]Programme, error) {
	return queryAll(ctx, r, scanProgramme, `SELECT `+programmeColumns+` FROM programme
		WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3`, tenant, after[:], limit)
}

// LockProgramme is Programme, and keeps others from changing or publishing it until the transaction ends.
func (tx *Tx) LockProgramme(ctx context.Context, tenant verno.TenantID, id verno.ProgrammeID) (Programme, error) {
	return queryOne(ctx, tx.Reader, scanProgramme,
		`SELECT `+programmeColumns+` FROM programme WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE`, tenant, id)
}

// InsertProgramme adds a programme.
func (tx *Tx) InsertProgramme(ctx context.Context, p Programme) error {
	draft, err := json.Marshal(p.Draft)
	if err != nil {
		return fmt.Errorf("store: write a programme: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO programme (tenant, id, issuer_id, name, draft, revision, published, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, p.Tenant, p.Draft.ID, p.Draft.Issuer, p.Draft.Name, string(draft),
		p.Revision, p.Published, verno.Micros(p.CreatedAt), verno.Micros(p.UpdatedAt))
	return err
}

// ChangeProgramme writes a draft over that of a revision, which grows by one; false where the draft is no longer that.
func (tx *Tx) ChangeProgramme(ctx context.Context, p Programme) (bool, error) {
	draft, err := json.Marshal(p.Draft)
	if err != nil {
		return false, fmt.Errorf("store: write a programme: %w", err)
	}
	n, err := tx.Exec(ctx, `UPDATE programme SET issuer_id = $1, name = $2, draft = $3, revision = revision + 1, updated_at = $4
		WHERE tenant = $5 AND id = $6 AND revision = $7`, p.Draft.Issuer, p.Draft.Name, string(draft),
		verno.Micros(p.UpdatedAt), p.Tenant, p.Draft.ID, p.Revision)
	return n == 1, err
}

// SetPublished says which version of a programme is in force.
func (tx *Tx) SetPublished(ctx context.Context, tenant verno.TenantID, id verno.ProgrammeID, number int64) error {
	_, err := tx.Exec(ctx, `UPDATE programme SET published = $1 WHERE tenant = $2 AND id = $3`, number, tenant, id)
	return err
}

func unmarshal(document []byte, into any, what string) error {
	if err := json.Unmarshal(document, into); err != nil {
		return fmt.Errorf("store: read a %s: %w", what, err)
	}
	return nil
}
