package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// Admission is one entry that a pass or a ticket was good for.
type Admission struct {
	Tenant   verno.TenantID
	ID       verno.AdmissionID
	Card     verno.CardID
	Template verno.TemplateID
	Member   verno.MemberID // for whom the card was made; zero for nobody
	Store    verno.StoreID
	Terminal verno.TerminalID
	Actor    string
	Entry    verno.EntryID // of the use that it took; zero where uses are not counted
	Left, Of int64         // uses after it; Of is 0 where they are not counted
	At       time.Time
	UndoneAt time.Time // zero where it was not
	UndoneBy string
}

const admissionColumns = `tenant, id, card_id, template_id, member_id, store_id, terminal_id, actor, entry_id, uses_left, uses, at,
	COALESCE(undone_at, 0), undone_by`

func scanAdmission(row Scanner) (a Admission, err error) {
	var at, undone int64
	err = row.Scan(&a.Tenant, &a.ID, &a.Card, &a.Template, &a.Member, &a.Store, &a.Terminal, &a.Actor, &a.Entry, &a.Left, &a.Of, &at,
		&undone, &a.UndoneBy)
	a.At, a.UndoneAt = verno.FromMicros(at), timeOrNone(undone)
	return a, err
}

// Admission finds an admission. It returns ErrNotFound where there is none.
func (r *Reader) Admission(ctx context.Context, tenant verno.TenantID, id verno.AdmissionID) (Admission, error) {
	return queryOne(ctx, r, scanAdmission, `SELECT `+admissionColumns+` FROM admission WHERE tenant = $1 AND id = $2`, tenant, id)
}

// LastAdmission is the newest admission by a card that was not undone. It returns ErrNotFound where there is none.
func (r *Reader) LastAdmission(ctx context.Context, tenant verno.TenantID, card verno.CardID) (Admission, error) {
	return queryOne(ctx, r, scanAdmission, `SELECT `+admissionColumns+` FROM admission
		WHERE tenant = $1 AND card_id = $2 AND undone_at IS NULL ORDER BY id DESC LIMIT 1`, tenant, card)
}

// AdmissionFilter narrows a list of admissions; what is zero does not.
type AdmissionFilter struct {
	Card  verno.CardID
	Store verno.StoreID
}

// Admissions lists admissions, newest first, older than before (zero for the newest).
func (r *Reader) Admissions(ctx context.Context, tenant verno.TenantID, f AdmissionFilter, before verno.AdmissionID, limit int) ([]Admission, error) {
	where, args := `tenant = $1 AND id < $2`, []any{tenant, latest(before.Bytes()), limit}
	if !f.Card.IsZero() {
		where, args = where+` AND card_id = $4`, append(args, f.Card)
	}
	if !f.Store.IsZero() {
		where += ` AND store_id = $` + string(rune('1'+len(args)))
		args = append(args, f.Store)
	}
	return queryAll(ctx, r, scanAdmission, `SELECT `+admissionColumns+` FROM admission WHERE `+where+` ORDER BY id DESC LIMIT $3`, args...)
}

// InsertAdmission adds an admission.
func (tx *Tx) InsertAdmission(ctx context.Context, a *Admission) error {
	_, err := tx.Exec(ctx, `INSERT INTO admission (tenant, id, card_id, template_id, member_id, store_id, terminal_id, actor, entry_id,
		uses_left, uses, at, undone_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '')`,
		a.Tenant, a.ID, a.Card, a.Template, a.Member, a.Store, a.Terminal, a.Actor, a.Entry, a.Left, a.Of, verno.Micros(a.At))
	return err
}

// UndoAdmission notes that an admission was undone, and reports false where it was before.
func (tx *Tx) UndoAdmission(ctx context.Context, tenant verno.TenantID, id verno.AdmissionID, at time.Time, by string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE admission SET undone_at = $1, undone_by = $2 WHERE tenant = $3 AND id = $4 AND undone_at IS NULL`,
		verno.Micros(at), by, tenant, id)
	return n == 1, err
}

// InsertCardOwner makes the owner of what a card itself is good for, and reports false where there is one.
func (tx *Tx) InsertCardOwner(ctx context.Context, o *Owner) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO owner (tenant, id, kind, moved_to, frozen_at, epoch, state) VALUES ($1, $2, $3, NULL, NULL, 0, $4)
		ON CONFLICT DO NOTHING`, o.Tenant, o.ID, o.Kind, string(AppendState(nil, &o.State)))
	return n == 1, err
}
