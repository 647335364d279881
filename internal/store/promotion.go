package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
)

// Promotion is the draft of a promotion.
type Promotion struct {
	Tenant     verno.TenantID
	Programme  verno.ProgrammeID
	Draft      verno.Promotion
	Revision   int64
	ArchivedAt time.Time // zero where it is not archived
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

const promotionColumns = `tenant, programme_id, draft, revision, COALESCE(archived_at, 0), created_at, updated_at`

func scanPromotion(row Scanner) (p Promotion, err error) {
	var draft []byte
	var archived, created, updated int64
	if err = row.Scan(&p.Tenant, &p.Programme, &draft, &p.Revision, &archived, &created, &updated); err != nil {
		return p, err
	}
	p.ArchivedAt, p.CreatedAt, p.UpdatedAt = timeOrNone(archived), verno.FromMicros(created), verno.FromMicros(updated)
	return p, unmarshal(draft, &p.Draft, "promotion")
}

// Promotion finds the draft of a promotion. It returns ErrNotFound where there is none.
func (r *Reader) Promotion(ctx context.Context, tenant verno.TenantID, id verno.PromotionID) (Promotion, error) {
	return queryOne(ctx, r, scanPromotion,
		`SELECT `+promotionColumns+` FROM promotion WHERE tenant = $1 AND id = $2`, tenant, id)
}

// Promotions lists the drafts of a programme by ID; the archived ones only where asked for.
func (r *Reader) Promotions(ctx context.Context, tenant verno.TenantID, programme verno.ProgrammeID, archived bool,
	after verno.PromotionID, limit int,
) ([]Promotion, error) {
	return queryAll(ctx, r, scanPromotion, `SELECT `+promotionColumns+` FROM promotion
		WHERE tenant = $1 AND programme_id = $2 AND id > $3 AND ($4 = 1 OR archived_at IS NULL) ORDER BY id LIMIT $5`,
		tenant, programme, after[:], archived, limit)
}

// InsertPromotion adds a draft.
func (tx *Tx) InsertPromotion(ctx context.Context, p Promotion) error {
	draft, err := json.Marshal(p.Draft)
	if err != nil {
		return fmt.Errorf("store: write a promotion: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO promotion (tenant, id, programme_id, draft, revision, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, p.Tenant, p.Draft.ID, p.Programme, string(draft), p.Revision,
		verno.Micros(p.CreatedAt), verno.Micros(p.UpdatedAt))
	return err
}

// ChangePromotion writes a draft, archived or not, over that of a revision, which grows by one; false where the draft is
// no longer that.
func (tx *Tx) ChangePromotion(ctx context.Context, p Promotion) (bool, error) {
	draft, err := json.Marshal(p.Draft)
	if err != nil {
		return false, fmt.Errorf("store: write a promotion: %w", err)
	}
	n, err := tx.Exec(ctx, `UPDATE promotion SET draft = $1, archived_at = $2, revision = revision + 1, updated_at = $3
		WHERE tenant = $4 AND id = $5 AND revision = $6`, string(draft), microsOrNull(p.ArchivedAt),
		verno.Micros(p.UpdatedAt), p.Tenant, p.Draft.ID, p.Revision)
	return n == 1, err
}
