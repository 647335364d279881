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

// OpenBlanks begins an issue of plastic cards that nobody has yet, once for a key: each is a line of its own. It goes on
// as an issue to a list does, and its outcomes have what is printed on the cards.
func (r *Roll) OpenBlanks(ctx context.Context, a verno.Actor, now time.Time, name, key string, n int) (Issue, error) {
	if n < 1 || n > MaxBlanks {
		return Issue{}, verno.InvalidField("/count", "number_range", "min", "1", "max", strconv.Itoa(MaxBlanks))
	}
	sum := sha256.Sum256([]byte("blanks " + key))
	i, err := r.OpenIssue(ctx, a, now, name, hex.EncodeToString(sum[:]), IssueSettings{Blanks: n})
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

// blank makes a plastic card that nobody has yet.
func (w *issuer) blank(ctx context.Context, tx *store.Tx, now time.Time, row *store.CardIssueLine) error {
	made, err := w.stock(ctx, tx, w.actor, now, 1)
	if err != nil {
		return err
	}
	row.Outcome, row.Card = "issued", made[0].Card
	return nil
}
