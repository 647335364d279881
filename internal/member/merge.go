package member

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/progress"
	"github.com/verno-loyalty/verno/internal/store"
)

// Merge makes one member of two who are the same person.
type Merge struct {
	Key      string
	BodyHash [32]byte
	From     verno.MemberID // becomes an alias
	Into     verno.MemberID // stays
}

// Merge moves all that one member has to another, as an entry, with cards and history: the first stays as an alias by
// which the other is found, and its cards go on working. Nobody who was identified before can spend. Errors: merge_self,
// merge_foreign, member_merged, holds_open, person_erased.
func (r *Roll) Merge(ctx context.Context, a verno.Actor, now time.Time, q Merge) (View, error) {
	if err := a.Require(writes); err != nil {
		return View{}, err
	}
	for try := 1; ; try++ {
		out, err := r.unite(ctx, a, now, q)
		switch {
		case err == nil:
			v, err := r.view(ctx, a.Tenant, verno.MemberID(out.ID))
			v.Replayed = out.Replayed
			return v, err
		case verno.AsError(err).Code != "owner_moved" || try == moves:
			return View{}, err
		}
	}
}

// unite makes one of the two, once for a key.
func (r *Roll) unite(ctx context.Context, a verno.Actor, now time.Time, q Merge) (books.Outcome, error) {
	w := &books.Work{Tenant: a.Tenant, Claim: claim("merge", q.Key, q.BodyHash), Moved: true}
	g, err := r.couple(ctx, a, q)
	if err != nil {
		return r.Books.Earlier(ctx, a.Tenant, w.Claim.Key, w.Claim.BodyHash, err)
	}
	w.Owners = g.wants()
	w.Also = func(tx *store.Tx, _ *books.Page) error { return g.rows(ctx, tx, now) }
	w.Decide = func(p *books.Page) (books.Result, error) { return g.accounts(p, a) }
	return r.Books.Do(ctx, w)
}

// couple is the two members of a merge as they were read, and what must be locked.
type couple struct {
	from, into verno.Member
	aliases    []verno.OwnerID // of whoever was merged into from before
	units      []verno.UnitID
	done       bool          // an earlier request with this key has merged them
	cooling    time.Duration // how long nothing is spent afterwards
	forgets    bool          // the external id of the one that goes leads nowhere from now on
}

// couple reads the two. Where they are one already the work is still tried, because its key may say so.
func (r *Roll) couple(ctx context.Context, a verno.Actor, q Merge) (*couple, error) {
	if q.From == q.Into {
		return nil, verno.Invalid("merge_self")
	}
	reader := r.Store.Reader()
	from, err := reader.Member(ctx, a.Tenant, q.From)
	if err != nil {
		return nil, missing(err, "member")
	}
	into, err := living(ctx, reader, a.Tenant, q.Into)
	if err != nil {
		return nil, err
	}
	g := &couple{from: from, into: into, done: !from.MergedInto.IsZero()}
	switch {
	case g.done && q.Key == "":
		return nil, verno.Conflict("member_merged").With("into", from.MergedInto.String())
	case !g.done && from.ID == into.ID:
		return nil, verno.Invalid("merge_self")
	case from.Programme != into.Programme:
		return nil, verno.Invalid("merge_foreign")
	}
	if _, err := living(ctx, reader, a.Tenant, from.ID); err != nil {
		return nil, err
	}
	owners, err := ownersOf(ctx, reader, from)
	if err != nil {
		return nil, err
	}
	g.aliases = owners[1:]
	if g.cooling, err = r.coolingOfTwo(ctx, reader, from, into); err != nil {
		return nil, err
	}
	units, err := reader.Units(ctx, a.Tenant)
	for _, u := range units {
		g.units = append(g.units, u.ID)
	}
	return g, err
}

func (g *couple) wants() []books.Want {
	wants := []books.Want{{Owner: g.into.Owner, Units: g.units, Spends: true}}
	if g.done {
		return wants
	}
	wants = append(wants, books.Want{Owner: g.from.Owner, Units: g.units, Spends: true})
	for _, o := range g.aliases {
		wants = append(wants, books.Want{Owner: o})
	}
	return wants
}

// rows makes the one an alias of the other, in the order in which rows are locked everywhere: by ID.
func (g *couple) rows(ctx context.Context, tx *store.Tx, now time.Time) error {
	if g.done {
		return verno.Conflict("member_merged").With("into", g.from.MergedInto.String())
	}
	members := []verno.Member{g.from, g.into}
	slices.SortFunc(members, func(x, y verno.Member) int { return bytes.Compare(x.ID[:], y.ID[:]) })
	for _, read := range members {
		m, err := tx.LockMember(ctx, read.Tenant, read.ID)
		if err != nil {
			return err
		}
		if !m.ErasedAt.IsZero() || !m.MergedInto.IsZero() || m.Owner != read.Owner {
			return verno.Conflict("owner_moved")
		}
		if m.ID == g.from.ID {
			g.from = m
		}
	}
	alias := g.from
	alias.Owner, alias.MergedInto, alias.UpdatedAt = g.into.Owner, g.into.ID, now
	if g.forgets {
		alias.ExternalID = ""
	}
	if err := written(tx.ChangeMember(ctx, alias)); err != nil {
		return err
	}
	if _, err := tx.DeleteMemberPIN(ctx, g.from.Tenant, g.from.ID); err != nil {
		return err
	}
	if err := tx.MoveAliases(ctx, g.from, g.into, now); err != nil {
		return err
	}
	if err := tx.MoveMemberSessions(ctx, g.from.Tenant, g.from.ID, g.into.ID); err != nil {
		return err
	}
	if err := tx.MovePaymentCards(ctx, g.from.Tenant, g.from.ID, g.into.ID); err != nil {
		return err
	}
	return tx.MoveCards(ctx, g.from.Tenant, g.from.ID, g.into.ID, now)
}

// accounts moves what the one has to the other, and joins what the rules remember of both.
func (g *couple) accounts(p *books.Page, a verno.Actor) (books.Result, error) {
	if from, into := p.Owner(g.from.Owner), p.Owner(g.into.Owner); from == nil || into == nil ||
		!from.MovedTo.IsZero() || !into.MovedTo.IsZero() {
		return books.Result{}, verno.Conflict("owner_moved")
	}
	from, into := p.Change(g.from.Owner), p.Change(g.into.Owner)
	for _, h := range from.State.Holds {
		if h.Deadline > p.Now() {
			return books.Result{}, verno.Conflict("holds_open")
		}
	}
	joinStates(&into.State, &from.State)
	if err := g.move(p, &into.State); err != nil {
		return books.Result{}, err
	}
	entry, err := p.Post(into.ID, "merge", "", a.Name(), g.from.ID[:])
	if err != nil {
		return books.Result{}, err
	}
	if from.FrozenAt != 0 && into.FrozenAt == 0 {
		into.FrozenAt = from.FrozenAt
	}
	into.Epoch = max(into.Epoch, from.Epoch) + 1
	if !entry.IsZero() && g.cooling > 0 {
		chill(into, p.At().Add(g.cooling))
	}
	from.Epoch, from.MovedTo, from.State = into.Epoch, into.ID, verno.OwnerState{}
	for _, id := range g.aliases {
		if alias := p.Change(id); alias != nil {
			alias.MovedTo = into.ID
		}
	}
	e := event(verno.EventMemberMerged, a, g.into, g.into.ID.String(), "from", g.from.ID.String())
	if !entry.IsZero() {
		hash := entry.Hash()
		e.Entry, e.Hash = entry.ID(), hash[:]
	}
	p.Emit(e)
	return books.Result{ID: g.into.ID, Owner: into.ID}, nil
}

// move moves every holding. What waits for the first purchase waits no longer where one of the two has bought before.
func (g *couple) move(p *books.Page, joined *verno.OwnerState) error {
	for _, unit := range g.units {
		to := p.Holding(g.into.Owner, unit)
		if err := p.Holding(g.from.Owner, unit).MoveTo(p.Draft(), to, p.Now()); err != nil {
			return err
		}
		if joined.Waiting && joined.FirstAt != 0 {
			if err := to.Release(p.Draft(), p.Now()); err != nil {
				return err
			}
		}
	}
	joined.Waiting = joined.Waiting && joined.FirstAt == 0
	return nil
}

// joinStates adds what the rules remember of one owner to another, as if one had bought all that both bought.
func joinStates(into, from *verno.OwnerState) {
	into.Purchases += from.Purchases
	into.Paid += from.Paid
	if into.FirstAt == 0 || from.FirstAt != 0 && from.FirstAt < into.FirstAt {
		into.FirstAt = from.FirstAt
	}
	into.LastAt = max(into.LastAt, from.LastAt)
	into.Waiting = into.Waiting || from.Waiting
	into.Cooling = max(into.Cooling, from.Cooling)
	into.Freed = append(into.Freed, from.Freed...)
	for _, m := range from.Spend {
		into.Spend = progress.AddSpend(into.Spend, m.Month, m.Spent)
	}
	switch cmp.Compare(from.StaticDay, into.StaticDay) {
	case 0:
		into.StaticUsed += from.StaticUsed
	case 1:
		into.StaticDay, into.StaticUsed = from.StaticDay, from.StaticUsed
	}
	for id, u := range from.Usage {
		into.Usage = with(into.Usage, id, joinUsage(into.Usage[id], u))
	}
	for id, step := range from.LiveSeen {
		into.LiveSeen = with(into.LiveSeen, id, max(into.LiveSeen[id], step))
	}
	for id, step := range from.LiveSpent {
		into.LiveSpent = with(into.LiveSpent, id, max(into.LiveSpent[id], step))
	}
	for id, at := range from.ProofSpent {
		into.ProofSpent = with(into.ProofSpent, id, max(into.ProofSpent[id], at))
	}
	for id, at := range from.Sighted {
		into.Sighted = with(into.Sighted, id, at)
	}
	for id, aim := range from.Aims {
		if _, ok := into.Aims[id]; !ok {
			into.Aims = with(into.Aims, id, aim)
		}
	}
	for id, e := range from.Enrolled {
		if had, ok := into.Enrolled[id]; ok {
			e = verno.EnrolState{At: min(e.At, had.At)}
		}
		into.Enrolled = with(into.Enrolled, id, e)
	}
}

// joinUsage adds up uses; of uses on a day the later day counts.
func joinUsage(x, y verno.Usage) verno.Usage {
	total := x.Total + y.Total
	switch {
	case x.Day == y.Day:
		x.Today += y.Today
	case x.Day < y.Day:
		x.Day, x.Today = y.Day, y.Today
	}
	x.Total, x.Since = total, max(x.Since, y.Since)
	return x
}

func with[K comparable, V any](m map[K]V, key K, value V) map[K]V {
	if m == nil {
		m = map[K]V{}
	}
	m[key] = value
	return m
}
