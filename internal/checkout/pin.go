package checkout

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
)

// ProvePIN is a PIN that a member types at a till, after a code was shown that proves too little.
type ProvePIN struct {
	Presence string // of the code
	PIN      string
	Terminal verno.TerminalID
	Store    verno.StoreID
}

// wrongPINs is how many wrong ones one till, or one integration, may hand in.
var wrongPINs = store.Limit{Most: 30, Window: lookups}

// ProvePIN gives a presence that spends without the limit of static codes, once. After five wrong PINs in a row the PIN
// is locked until the member sets it anew; live codes, taps and confirmations go on. Errors: presence_invalid,
// presence_stale, pin_unset, pin_wrong, pin_locked, rate_limited.
func (t *Till) ProvePIN(ctx context.Context, a verno.Actor, q ProvePIN) (*Identified, error) {
	if err := a.Require(verno.MayIdentify); err != nil {
		return nil, err
	}
	pl, err := t.at(ctx, a, q.Terminal, q.Store)
	if err != nil {
		return nil, err
	}
	now := t.clock()
	p, err := t.open(ctx, a, q.Presence, pl.terminal, now)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, verno.Invalid("presence_invalid")
	}
	pin, ok := code.PIN(q.PIN)
	if !ok {
		return nil, verno.InvalidField("/pin", "pin_digits", "min", strconv.Itoa(code.MinPIN), "max", strconv.Itoa(code.MaxPIN))
	}
	if err := t.tryPIN(ctx, a, pl, p, pin, now); err != nil {
		return nil, err
	}
	p.Method, p.Step, p.Confirmed = verno.MethodPIN, verno.Micros(now), verno.ConfirmationID{}
	p.Until = now.Add(t.limits.PresenceLife).UTC()
	return t.strengthened(ctx, pl, p)
}

// tryPIN takes a try before it looks at the PIN, so that of many at once no more are looked at than may be.
func (t *Till) tryPIN(ctx context.Context, a verno.Actor, pl *place, p *verno.Presence, pin string, now time.Time) error {
	here := store.Counted{Tenant: a.Tenant, Subject: "member_pin/" + a.Name()}
	if !pl.terminal.IsZero() {
		here.Subject = "member_pin/" + pl.terminal.String()
	}
	var kept store.MemberPIN
	var wait time.Duration
	err := t.store.Write(ctx, func(tx *store.Tx) (err error) {
		if wait, err = tx.Take(ctx, here, now, wrongPINs); err != nil || wait > 0 {
			return err
		}
		kept, err = tx.TakePINTry(ctx, p.Tenant, p.Member)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return t.noPIN(ctx, p)
	case err != nil:
		return err
	case wait > 0:
		return limited(now)
	}
	same, err := t.vault.CheckPIN(ctx, p.Tenant, p.Member, kept.Hash, pin)
	switch {
	case err != nil:
		return err
	case !same && kept.Tries > 0:
		return verno.Forbidden("pin_wrong").With("left", strconv.FormatInt(kept.Tries, 10))
	}
	e := verno.Event{
		Tenant: p.Tenant, Kind: verno.EventIdentified, Owner: p.Owner, Subject: p.Member.String(), Actor: a.Name(),
		Detail: map[string]string{"method": string(verno.MethodPIN), "terminal": pl.terminal.String()},
	}
	if !same {
		e.Kind, e.Detail = verno.EventPINLocked, map[string]string{"terminal": pl.terminal.String()}
	}
	err = t.store.Write(ctx, func(tx *store.Tx) error {
		if same {
			if err := tx.RestorePINTries(ctx, p.Tenant, p.Member, kept.Hash, code.PINTries); err != nil {
				return err
			}
			if err := tx.GiveBack(ctx, here, now, wrongPINs); err != nil {
				return err
			}
		}
		return books.Record(ctx, tx, now, t.entropy, e)
	})
	if err == nil && !same {
		err = verno.Forbidden("pin_locked")
	}
	return err
}

// noPIN says why a member's PIN takes no try. That it is so is no secret: a quote says by what a member can be proved.
func (t *Till) noPIN(ctx context.Context, p *verno.Presence) error {
	_, err := t.reader.MemberPIN(ctx, p.Tenant, p.Member)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return verno.Conflict("pin_unset")
	case err != nil:
		return err
	default:
		return verno.Forbidden("pin_locked")
	}
}
