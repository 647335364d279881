package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// CardsShowing counts the active cards that show a template: those that were made of it and, where it is the standard one,
// those of its programme's members that have none of their own. It counts no further than most.
func (r *Reader) CardsShowing(ctx context.Context, t *CardTemplate, most int) (int64, error) {
	n, err := queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM (SELECT 1 FROM card
		WHERE tenant = $1 AND template_id = $2 AND state = $3 LIMIT $4) AS part`, t.Tenant, t.ID, string(verno.CardActive), most)
	if err != nil || !t.Standard || n >= int64(most) {
		return n, err
	}
	usual, err := queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM (SELECT 1 FROM member m JOIN card c ON c.tenant = m.tenant AND c.member_id = m.id
		WHERE m.tenant = $1 AND m.programme_id = $2 AND c.template_id IS NULL AND c.state = $3 LIMIT $4) AS part`,
		t.Tenant, t.Programme, string(verno.CardActive), most-int(n))
	return n + usual, err
}
