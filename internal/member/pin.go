package member

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
)

// PIN is what is known of a member's PIN.
type PIN struct {
	Set    bool
	Locked bool // after too many wrong ones
	SetAt  time.Time
}

// PIN says whether a member has a PIN.
func (r *Roll) PIN(ctx context.Context, a verno.Actor, id verno.MemberID) (PIN, error) {
	if err := a.Require(reads); err != nil {
		return PIN{}, err
	}
	p, err := r.Store.Reader().MemberPIN(ctx, a.Tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return PIN{}, nil
	}
	return PIN{Set: err == nil, Locked: err == nil && p.Tries == 0, SetAt: p.SetAt}, err
}

// CheckPIN sees that a member may have a PIN: of so many digits, and none that others guess. Errors: invalid fields.
func (r *Roll) CheckPIN(ctx context.Context, a verno.Actor, id verno.MemberID, pin string) error {
	if err := a.Require(writes); err != nil {
		return err
	}
	digits, ok := code.PIN(pin)
	if !ok {
		return verno.InvalidField("/pin", "pin_digits", "min", strconv.Itoa(code.MinPIN), "max", strconv.Itoa(code.MaxPIN))
	}
	v, err := r.view(ctx, a.Tenant, id)
	if err != nil {
		return err
	}
	if code.GuessablePIN(digits, v.Person.Birthday, v.Person.Phone) {
		return verno.InvalidField("/pin", "pin_guessable")
	}
	return nil
}

// SetPIN gives a member a PIN, or another one, and unlocks it. Only the member sets it, and whoever lets her sees before
// that she has her phone. Errors: those of CheckPIN, permission_missing for anybody else.
func (r *Roll) SetPIN(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID, pin string) error {
	if a.Member.IsZero() || a.Member != id {
		return verno.Forbidden("permission_missing").With("needed", "the member")
	}
	if err := r.CheckPIN(ctx, a, id, pin); err != nil {
		return err
	}
	digits, _ := code.PIN(pin)
	hash, err := r.Vault.HashPIN(ctx, a.Tenant, id, digits)
	if err != nil {
		return err
	}
	_, err = r.change(ctx, a, now, id, func(tx *store.Tx, m *verno.Member) ([]verno.Event, error) {
		if m.ID != id { // Merged meanwhile: what was hashed is another member's.
			return nil, verno.Conflict("owner_moved")
		}
		err := tx.PutMemberPIN(ctx, a.Tenant, m.ID, store.MemberPIN{Hash: hash, Tries: code.PINTries, SetAt: now})
		return []verno.Event{event(verno.EventPINChanged, a, *m, m.ID.String(), "how", "set")}, err
	})
	return err
}

// DropPIN takes a member's PIN away. Without one nothing is done.
func (r *Roll) DropPIN(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID) error {
	if err := a.Require(writes); err != nil {
		return err
	}
	_, err := r.change(ctx, a, now, id, func(tx *store.Tx, m *verno.Member) ([]verno.Event, error) {
		dropped, err := tx.DeleteMemberPIN(ctx, a.Tenant, m.ID)
		if err != nil || !dropped {
			return nil, err
		}
		return []verno.Event{event(verno.EventPINChanged, a, *m, m.ID.String(), "how", "dropped")}, nil
	})
	return err
}
