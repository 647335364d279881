package checkout

import (
	"context"
	"errors"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/money"
)

// SetAim says what a member's points are for from now on.
type SetAim struct {
	Member   verno.MemberID
	Aim      verno.Aim
	Presence string // at a till, of the member
	Terminal verno.TerminalID
	Store    verno.StoreID
}

// SetAim notes what a member wants points to go to: said by the member herself, at a till where she has shown a card, or to
// whoever may change members. Saying the same again changes nothing. Errors: invalid fields, not_found,
// presence_invalid, permission_missing.
func (t *Till) SetAim(ctx context.Context, a verno.Actor, q SetAim) (verno.Aim, error) {
	for try := 1; ; try++ {
		owner, programme, err := t.aiming(ctx, a, &q)
		if err != nil {
			return verno.Aim{}, err
		}
		_, err = t.books.Do(ctx, &books.Work{
			Tenant: a.Tenant, Owners: []books.Want{{Owner: owner}},
			Decide: func(p *books.Page) (books.Result, error) {
				o := p.Owner(owner)
				if o == nil || !o.MovedTo.IsZero() {
					return books.Result{}, verno.Conflict("owner_moved")
				}
				if o.State.Aims[programme] == q.Aim {
					return books.Result{Owner: owner}, nil
				}
				putAim(&p.Change(owner).State, programme, q.Aim)
				detail := map[string]string{"for": string(q.Aim.For)}
				if !q.Aim.Gift.IsZero() {
					detail["template"] = q.Aim.Gift.String()
				}
				p.Emit(verno.Event{Kind: verno.EventAimChanged, Owner: owner, Subject: q.Member.String(), Actor: a.Name(), Detail: detail})
				return books.Result{Owner: owner}, nil
			},
		})
		if err == nil || !errors.Is(err, verno.Conflict("owner_moved")) || try == maxMoves {
			return q.Aim, err
		}
	}
}

func putAim(s *verno.OwnerState, programme verno.ProgrammeID, aim verno.Aim) {
	if aim.For == "" {
		delete(s.Aims, programme)
		return
	}
	if s.Aims == nil {
		s.Aims = map[verno.ProgrammeID]verno.Aim{}
	}
	s.Aims[programme] = aim
}

// aiming finds out whose aim is meant and in which programme, and looks at it.
func (t *Till) aiming(ctx context.Context, a verno.Actor, q *SetAim) (owner verno.OwnerID, programme verno.ProgrammeID, err error) {
	c, err := t.configNow(ctx, a.Tenant)
	if err != nil {
		return owner, programme, err
	}
	switch {
	case q.Presence != "":
		owner, programme, err = t.aimShown(ctx, a, c, q)
	case !a.Member.IsZero() && a.Member != q.Member:
		err = verno.NotFound("not_found").With("thing", "member")
	default:
		owner, programme, err = t.aimKnown(ctx, a, q)
	}
	if err != nil {
		return owner, programme, err
	}
	return owner, programme, t.checkAim(c, programme, q.Aim)
}

// aimShown takes the word of a till where the member has shown a card.
func (t *Till) aimShown(ctx context.Context, a verno.Actor, c *config, q *SetAim) (owner verno.OwnerID, programme verno.ProgrammeID, err error) {
	if err := a.Require(verno.MaySell); err != nil {
		return owner, programme, err
	}
	pl, err := t.placeIn(ctx, c, a, q.Terminal, q.Store)
	if err != nil {
		return owner, programme, err
	}
	p, err := t.open(ctx, a, q.Presence, pl.terminal, t.clock())
	if err == nil && p.Member != q.Member {
		err = verno.Invalid("presence_invalid")
	}
	if err != nil {
		return owner, programme, err
	}
	return p.Owner, pl.store.Programme, nil
}

// aimKnown takes the word of the member herself, or of whoever may change members.
func (t *Till) aimKnown(ctx context.Context, a verno.Actor, q *SetAim) (owner verno.OwnerID, programme verno.ProgrammeID, err error) {
	if err := a.Require(verno.MayReadMembers | verno.MayWriteMembers); err != nil {
		return owner, programme, err
	}
	m, err := t.reader.Member(ctx, a.Tenant, q.Member)
	f, err := t.foundMember(ctx, a.Tenant, m, verno.MethodMemberID, err)
	if errors.Is(err, verno.NotFound("card_not_usable")) {
		err = verno.NotFound("not_found").With("thing", "member")
	}
	if err != nil {
		return owner, programme, err
	}
	return f.member.Owner, f.member.Programme, nil
}

// checkAim sees that points can go to what an aim names.
func (t *Till) checkAim(c *config, programme verno.ProgrammeID, aim verno.Aim) error {
	var f verno.Faults
	if aim.For != "" {
		f.OneOf("/for", string(aim.For), string(verno.AimDiscount), string(verno.AimGift), string(verno.AimSave))
	}
	switch {
	case aim.For == verno.AimGift && aim.Gift.IsZero():
		f.Say("/template_id", "required")
	case aim.For != verno.AimGift && !aim.Gift.IsZero():
		f.Say("/template_id", "unknown_value", "known", "")
	}
	if err := f.Err(); err != nil || aim.For != verno.AimGift {
		return err
	}
	r, err := c.rulesOf(programme)
	if err != nil {
		return err
	}
	_, err = c.gift(r, aim.Gift, t.clock())
	return err
}

// AimView is what a member's points are for, as a till sees it.
type AimView struct {
	For  verno.AimFor
	Gift *GiftView // that is saved for, while it can be had
}

// GiftView is a gift and how far points are from it.
type GiftView struct {
	Gift

	Reached bool          // this presence may take it now
	Missing *money.Points // points that are missing; nil where the balance is not told
}

// Proposal is what a member's aim makes of a sale. Whoever sells begins with it and may do otherwise.
type Proposal struct {
	Points money.Points // to be spent
	Gift   *GiftView    // to be given; nil where none is reached
}

// aimView is what the points of an owner are for; nil where nothing was said. How many points are there is told to
// nobody whom the balance is not told to: then a gift is only reached or not.
func aimView(pl *place, r *rules, seen *glance, v *MemberView, m verno.Moment) *AimView {
	aim, said := seen.owner.State.Aims[r.Programme().ID]
	if !said {
		return nil
	}
	view := &AimView{For: aim.For}
	if aim.For != verno.AimGift {
		return view
	}
	g, err := pl.config.gift(r, aim.Gift, m.At)
	if err != nil {
		return view
	}
	view.Gift = &GiftView{Gift: g, Reached: v.SpendCap >= g.Points}
	if v.Balance != nil {
		missing := max(0, g.Points-*v.Balance)
		view.Gift.Missing = &missing
	}
	return view
}

// proposal is what an aim makes of a sale that may spend so many points; nil where nothing was said.
func (v *AimView) proposal(most money.Points) *Proposal {
	if v == nil {
		return nil
	}
	p := &Proposal{}
	if v.For == verno.AimDiscount {
		p.Points = most
	}
	if v.Gift != nil && v.Gift.Reached {
		p.Gift = v.Gift
	}
	return p
}
