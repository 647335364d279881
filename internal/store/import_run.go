package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// ImportRun is how far the import of one file has come.
type ImportRun struct {
	Tenant    verno.TenantID
	ID        verno.ImportID
	Preset    string
	Source    string // SHA-256 of the file
	Position  int64  // lines of the file that are done with
	Counts    string // JSON
	State     string // running, done
	CreatedAt time.Time
	UpdatedAt time.Time
}

const importRunColumns = `tenant, id, preset, source, position, counts, state, created_at, updated_at`

func scanImportRun(row Scanner) (i ImportRun, err error) {
	err = row.Scan(&i.Tenant, &i.ID, &i.Preset, &i.Source, &i.Position, &i.Counts, &i.State, when{&i.CreatedAt}, when{&i.UpdatedAt})
	return i, err
}

// ImportRun finds the import of a file. It returns ErrNotFound for a file that was never imported with the preset.
func (r *Reader) ImportRun(ctx context.Context, tenant verno.TenantID, preset, source string) (ImportRun, error) {
	return queryOne(ctx, r, scanImportRun, `SELECT `+importRunColumns+` FROM import_run
		WHERE tenant = $1 AND preset = $2 AND source = $3`, tenant, preset, source)
}

// InsertImportRun begins an import and reports false where the file has one already.
func (tx *Tx) InsertImportRun(ctx context.Context, i ImportRun) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO import_run (`+importRunColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT DO NOTHING`, i.Tenant, i.ID, i.Preset, i.Source, i.Position, i.Counts, i.State,
		verno.Micros(i.CreatedAt), verno.Micros(i.UpdatedAt))
	return n == 1, err
}

// AdvanceImportRun writes how far an import has come, unless it is no longer where it was: then somebody else imports the
// same file, and it reports false.
func (tx *Tx) AdvanceImportRun(ctx context.Context, i ImportRun, from int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE import_run SET position = $1, counts = $2, state = $3, updated_at = $4
		WHERE tenant = $5 AND id = $6 AND position = $7`, i.Position, i.Counts, i.State, verno.Micros(i.UpdatedAt),
		i.Tenant, i.ID, from)
	return n == 1, err
}
