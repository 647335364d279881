package member

import (
	"context"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
)

// MaxSteps is how many live codes are given at once: five minutes of them.
const MaxSteps = 20

// LiveCode is what a card shows for one step.
type LiveCode struct {
	Code        string
	From, Until time.Time
}

// ShowCodes gives the live codes that a card shows from now on, for an app in which the member has logged in. Each such
// request is an event, because whoever has the codes may spend as the member. Error: card_state.
func (r *Roll) ShowCodes(ctx context.Context, a verno.Actor, now time.Time, id verno.CardID, steps int) ([]LiveCode, error) {
	if err := a.Require(verno.MayShowCodes); err != nil {
		return nil, err
	}
	if steps < 1 || steps > MaxSteps {
		return nil, verno.InvalidField("steps", "number_range", "min", "1", "max", strconv.Itoa(MaxSteps))
	}
	card, secret, err := r.Secret(ctx, a.Tenant, id)
	if err != nil {
		return nil, err
	}
	if card.Member.IsZero() {
		return nil, missing(store.ErrNotFound, "card")
	}
	m, err := living(ctx, r.Store.Reader(), a.Tenant, card.Member)
	if err != nil {
		return nil, err
	}
	shown := event(verno.EventCardShown, a, m, id.String(), "member", m.ID.String(), "codes", strconv.Itoa(steps))
	err = r.Store.Write(ctx, func(tx *store.Tx) error { return books.Record(ctx, tx, now, r.Entropy, shown) })
	if err != nil {
		return nil, err
	}
	codes := make([]LiveCode, steps)
	from := now.Truncate(code.Step).UTC()
	for i := range codes {
		codes[i] = LiveCode{code.Live(secret.Live, code.Machine(secret.Machine), from), from, from.Add(code.Step)}
		from = from.Add(code.Step)
	}
	return codes, nil
}
