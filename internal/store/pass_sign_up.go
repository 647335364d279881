package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// SignUp is what a pass that belongs to nobody yet is to become.
type SignUp struct {
	Tenant    verno.TenantID
	Card      verno.CardID // of the pass; made when its holder is known
	Channel   verno.ChannelID
	Language  string
	Ticket    string // JSON
	State     string
	CreatedAt time.Time
}

// The states of a pass that belongs to nobody yet.
const (
	SignUpOpen   = "open"
	SignUpJoined = "joined"
	SignUpKnown  = "known" // the phone that was told has a card already
)

const signUpColumns = `tenant, card_id, channel_id, language, ticket, state, created_at`

func scanSignUp(row Scanner) (s SignUp, err error) {
	return s, row.Scan(&s.Tenant, &s.Card, &s.Channel, &s.Language, &s.Ticket, &s.State, when{&s.CreatedAt})
}

// SignUp finds what the pass of a card is to become. It returns ErrNotFound for an ordinary one.
func (r *Reader) SignUp(ctx context.Context, tenant verno.TenantID, card verno.CardID) (SignUp, error) {
	return queryOne(ctx, r, scanSignUp, `SELECT `+signUpColumns+` FROM pass_sign_up WHERE tenant = $1 AND card_id = $2`, tenant, card)
}

// InsertSignUp adds a pass that belongs to nobody yet.
func (tx *Tx) InsertSignUp(ctx context.Context, s SignUp) error {
	_, err := tx.Exec(ctx, `INSERT INTO pass_sign_up (`+signUpColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.Tenant, s.Card, s.Channel, s.Language, s.Ticket, s.State, verno.Micros(s.CreatedAt))
	return err
}

// SettleSignUp notes what became of an open pass, and whose it is from now on; its devices are to fetch it anew. It reports
// false where that was done before.
func (tx *Tx) SettleSignUp(ctx context.Context, p Pass, state string, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE pass_sign_up SET state = $1 WHERE tenant = $2 AND card_id = $3 AND state = 'open'`, state, p.Tenant, p.Card)
	if err != nil || n == 0 {
		return false, err
	}
	tag, err := tx.NextTag(ctx, p.Tenant)
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE pass SET member_id = $1, template_id = $2, tag = $3, due_at = $4, face = NULL,
		modified_at = CASE WHEN modified_at + 1000000 > $5 THEN modified_at + 1000000 ELSE $5 END
		WHERE tenant = $6 AND card_id = $7`,
		p.Member, p.Template, tag, verno.Micros(now), verno.Micros(now.Truncate(time.Second)), p.Tenant, p.Card)
	return err == nil, err
}

// DeleteSignUps forgets what nobody filled in, with its passes and their registrations, and that of whose passes are
// ordinary since: a bounded number of those that are older than a time.
func (tx *Tx) DeleteSignUps(ctx context.Context, before time.Time, limit int) (int64, error) {
	old, err := queryAll(ctx, tx.Reader, scanSignUp, `SELECT `+signUpColumns+` FROM pass_sign_up WHERE created_at < $1 ORDER BY created_at LIMIT $2`,
		verno.Micros(before), limit)
	if err != nil {
		return 0, err
	}
	for _, s := range old {
		statements := []string{`DELETE FROM pass_sign_up WHERE tenant = $1 AND card_id = $2`}
		if s.State != SignUpJoined {
			statements = append(statements, `DELETE FROM pass_registration WHERE tenant = $1 AND card_id = $2`,
				`DELETE FROM pass WHERE tenant = $1 AND card_id = $2`)
		}
		for _, text := range statements {
			if _, err := tx.Exec(ctx, text, s.Tenant, s.Card); err != nil {
				return 0, err
			}
		}
	}
	return int64(len(old)), nil
}
