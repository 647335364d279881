package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// Pass is a card as wallets have it.
type Pass struct {
	Tenant     verno.TenantID
	Card       verno.CardID
	Member     verno.MemberID // zero for a card that is nobody's
	Template   verno.TemplateID
	Serial     string    // in the addresses of wallets
	Tag        int64     // of its last change, strictly growing over all passes of a tenant
	ModifiedAt time.Time // whole seconds, later with each change
	PushedTag  int64     // up to which tag its devices were told
	DueAt      time.Time // when to tell them; zero where they know all
	GoogleID   string    // empty where Google has no object of it
	GoogleTag  int64     // up to which tag Google has it
	GoogleDue  time.Time // when to tell Google; zero where it knows all
	SavedAt    time.Time // in Google Wallet; zero for never
	RemovedAt  time.Time // from Google Wallet; zero for never
	Face       []byte    // hash of the face that was last told of; nil where it changed since it was looked at
	Loud       []byte    // hash of the fields whose changes are spoken of, as a phone last fetched them; nil where none has
	Hushed     Hush      // which change of them was not to be spoken of
	Cause      int64     // what changed it last, the same for all passes that it changed
	CreatedAt  time.Time
}

//nolint:gosec // G101 takes the names of columns for a credential.
//nolint:gosec // The word is that of a card in a phone.
const passColumns = `tenant, card_id, member_id, template_id, serial, tag, modified_at, pushed_tag, due_at,
	COALESCE(google_id, ''), google_tag, google_due, saved_at, removed_at, face, loud, hushed, cause, created_at`

func scanPass(row Scanner) (p Pass, err error) {
	var modified, created int64
	err = row.Scan(&p.Tenant, &p.Card, &p.Member, &p.Template, &p.Serial, &p.Tag, &modified, &p.PushedTag, when{&p.DueAt},
		&p.GoogleID, &p.GoogleTag, when{&p.GoogleDue}, when{&p.SavedAt}, when{&p.RemovedAt}, &p.Face, &p.Loud, (*int64)(&p.Hushed),
		&p.Cause, &created)
	p.ModifiedAt, p.CreatedAt = verno.FromMicros(modified), verno.FromMicros(created)
	return p, err
}

// Pass finds the pass of a card. It returns ErrNotFound where none was issued.
func (r *Reader) Pass(ctx context.Context, tenant verno.TenantID, card verno.CardID) (Pass, error) {
	return queryOne(ctx, r, scanPass, `SELECT `+passColumns+` FROM pass WHERE tenant = $1 AND card_id = $2`, tenant, card)
}

// PassBySerial finds a pass by what stands in the addresses of wallets. It returns ErrNotFound where there is none.
func (r *Reader) PassBySerial(ctx context.Context, serial string) (Pass, error) {
	return queryOne(ctx, r, scanPass, `SELECT `+passColumns+` FROM pass WHERE serial = $1`, serial)
}

// TemplateOf is the template that a card shows: its own, else the standard one of its member's programme. It returns
// ErrNotFound where there is neither.
func (r *Reader) TemplateOf(ctx context.Context, tenant verno.TenantID, card verno.CardID) (id verno.TemplateID, err error) {
	id, err = queryOne(ctx, r, scanOne[verno.TemplateID], `SELECT COALESCE(c.template_id, (SELECT t.id
			FROM member m JOIN card_template t ON t.tenant = m.tenant AND t.programme_id = m.programme_id
			WHERE m.tenant = c.tenant AND m.id = c.member_id AND t.standard = 1 AND t.published > 0 AND t.archived_at IS NULL
			ORDER BY t.id LIMIT 1))
		FROM card c WHERE c.tenant = $1 AND c.id = $2`, tenant, card)
	if err == nil && id.IsZero() {
		err = ErrNotFound
	}
	return id, err
}

// InsertPass adds a pass as new as the clock's next tag says, and reports false where its card has one already.
func (tx *Tx) InsertPass(ctx context.Context, p Pass) (bool, error) {
	if err := tx.startWalletClock(ctx, p.Tenant); err != nil {
		return false, err
	}
	tag, err := tx.NextTag(ctx, p.Tenant)
	if err != nil {
		return false, err
	}
	second := verno.Micros(p.CreatedAt.Truncate(time.Second))
	n, err := tx.Exec(ctx, `INSERT INTO pass (tenant, card_id, member_id, template_id, serial, tag, modified_at, pushed_tag,
		google_tag, face, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $6, 0, $8, $9)
		ON CONFLICT (tenant, card_id) DO NOTHING`,
		p.Tenant, p.Card, p.Member, p.Template, p.Serial, tag, second, p.Face, verno.Micros(p.CreatedAt))
	return n == 1, err
}

// startWalletClock begins a tenant's clock at the end of its log: what was told before its first pass changes none.
func (tx *Tx) startWalletClock(ctx context.Context, tenant verno.TenantID) error {
	_, err := tx.Exec(ctx, `INSERT INTO wallet_clock (tenant, tag, seq)
		VALUES ($1, 0, COALESCE((SELECT MAX(size) FROM checkpoint WHERE tenant = $1), 0) - 1)
		ON CONFLICT (tenant) DO NOTHING`, tenant)
	return err
}

// NextTag gives out a tag of a tenant that has passes, and keeps the clock until the transaction ends: what is committed
// later has the greater one.
func (tx *Tx) NextTag(ctx context.Context, tenant verno.TenantID) (int64, error) {
	return queryOne(ctx, tx.Reader, scanOne[int64], `UPDATE wallet_clock SET tag = tag + 1 WHERE tenant = $1 RETURNING tag`, tenant)
}
