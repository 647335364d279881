package member

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// MaxBlanks is how many cards that nobody has yet are made as one issue.
const MaxBlanks = 10_000

// Blanks are cards that nobody has yet.
type Blanks struct {
	Name     string
	Key      string
	Count    int
	Template verno.TemplateID // of gift cards and the like; zero for plastic that is linked to members
}

// OpenBlanks begins an issue of cards that nobody has yet, once for a key: each is a line of its own. It goes on as an
// issue to a list does, and its outcomes have what is printed on the cards. Errors: invalid fields, those of StockTemplate.
func (r *Roll) OpenBlanks(ctx context.Context, a verno.Actor, now time.Time, q Blanks) (Issue, error) {
	if q.Count < 1 || q.Count > MaxBlanks {
		return Issue{}, verno.InvalidField("/count", "number_range", "min", "1", "max", strconv.Itoa(MaxBlanks))
	}
	if !q.Template.IsZero() {
		if _, _, err := r.stockable(ctx, a.Tenant, q.Template); err != nil {
			return Issue{}, err
		}
	}
	sum := sha256.Sum256([]byte("blanks " + q.Key))
	i, err := r.OpenIssue(ctx, a, now, q.Name, hex.EncodeToString(sum[:]), IssueSettings{Blanks: q.Count, Template: q.Template})
	if err != nil || i.State != IssueLoading {
		return i, err
	}
	lines := make([]IssueLine, i.Set.Blanks)
	for at := range lines {
		lines[at].Line = int64(at) + 1
	}
	if err := r.LoadIssue(ctx, a, i, lines); err != nil {
		return i, err
	}
	return r.Issue(ctx, a, i.ID)
}

// blank makes a card that nobody has yet, of plastic or of a template.
func (w *issuer) blank(ctx context.Context, tx *store.Tx, now time.Time, row *store.CardIssueLine, l *wanted) error {
	var made []Blank
	var err error
	if l.kind == nil {
		made, err = w.stock(ctx, tx, w.actor, now, 1)
	} else {
		made, err = w.blanksOf(ctx, tx, w.actor, now, l.kind, &l.design, l.template, 1)
	}
	if err != nil {
		return err
	}
	row.Outcome, row.Card = "issued", made[0].Card
	return nil
}

// readBlank finds the template of a card that nobody has yet, as it is in force.
func (w *issuer) readBlank(ctx context.Context, l *wanted) (err error) {
	if l.template = w.set.Template; l.template.IsZero() {
		return nil
	}
	l.kind, l.design, err = w.stockable(ctx, w.actor.Tenant, l.template)
	return refusedOr(err, &l.err)
}
