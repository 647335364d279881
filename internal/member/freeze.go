package member

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
)

// Freeze keeps anybody from spending a member's points and money, at once and until Unfreeze: it wins against every sale
// that has not been committed. Earning goes on. Freezing what is frozen does nothing.
func (r *Roll) Freeze(ctx context.Context, a verno.Actor, id verno.MemberID) (View, error) {
	return r.freeze(ctx, a, id, true)
}

// Unfreeze ends a freeze. Whoever was identified before it has to identify again.
func (r *Roll) Unfreeze(ctx context.Context, a verno.Actor, id verno.MemberID) (View, error) {
	return r.freeze(ctx, a, id, false)
}

func (r *Roll) freeze(ctx context.Context, a verno.Actor, id verno.MemberID, frozen bool) (View, error) {
	if err := a.Require(writes); err != nil {
		return View{}, err
	}
	m, _, err := r.owned(ctx, a, books.Claim{}, id, func(m verno.Member, w *books.Work) {
		w.Decide = func(p *books.Page) (books.Result, error) {
			result := books.Result{Owner: m.Owner}
			if o := p.Owner(m.Owner); o == nil || (o.FrozenAt != 0) == frozen {
				return result, nil
			}
			o := p.Change(m.Owner)
			o.Epoch++
			o.FrozenAt = 0
			how := "unfrozen"
			if frozen {
				o.FrozenAt, how = p.Now(), "frozen"
			}
			p.Emit(event(verno.EventMemberFrozen, a, m, m.ID.String(), "how", how))
			return result, nil
		}
	})
	if err != nil {
		return View{}, err
	}
	return r.view(ctx, a.Tenant, m.ID)
}
