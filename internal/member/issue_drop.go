package member

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// dropStep is how many lines are forgotten in one transaction, so that tills wait for none for long.
const dropStep = 2000

// DropIssue forgets a list that was loaded and is not to be started, with all that it tells of people. Errors: conflict
// where it was started.
func (r *Roll) DropIssue(ctx context.Context, a verno.Actor, id verno.IssueID) error {
	if err := a.Require(verno.MayImport | verno.MayWriteMembers); err != nil {
		return err
	}
	last, err := r.Store.Reader().LastCardIssueLine(ctx, a.Tenant, id)
	if err != nil {
		return err
	}
	for upTo := int64(0); upTo < last; {
		upTo = min(upTo+dropStep, last)
		err := r.dropping(ctx, a, id, func(tx *store.Tx) error { return tx.DeleteCardIssueLines(ctx, a.Tenant, id, upTo) })
		if err != nil {
			return err
		}
	}
	return r.dropping(ctx, a, id, func(tx *store.Tx) error { return tx.DeleteCardIssue(ctx, a.Tenant, id) })
}

// dropping does a part of it, unless the list was started meanwhile.
func (r *Roll) dropping(ctx context.Context, a verno.Actor, id verno.IssueID, do func(tx *store.Tx) error) error {
	return r.Store.WriteLow(ctx, func(tx *store.Tx) error {
		row, err := tx.LockCardIssue(ctx, a.Tenant, id)
		if err != nil {
			return missing(err, "issue")
		}
		if row.State != IssueLoading {
			return verno.Conflict("issue_started")
		}
		return do(tx)
	})
}
