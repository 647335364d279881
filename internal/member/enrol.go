package member

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Enrol is somebody who joins.
type Enrol struct {
	Key        string // Idempotency-Key
	BodyHash   [32]byte
	Programme  verno.ProgrammeID // zero for the store's, or the only one
	Person     vault.Person      // every field may be empty
	ExternalID string
	Channel    string // where it happens; empty for "till" or "api", by the credential
	Store      verno.StoreID
	Tags       []string
	Metadata   map[string]string
	Consents   []Agreement
	IssueCard  bool         // a card in the phone
	Card       verno.CardID // what that card is to be, where a pass of it is out already; zero for a new one
	CardNumber string       // of a blank plastic card that is handed out
}

// Enrolled is a member that has just joined.
type Enrolled struct {
	View
	Cards []Card
}

// joining is an enrolment that was checked: all that joins will write.
type joining struct {
	actor    verno.Actor
	member   verno.Member
	person   vault.Person
	consents []verno.Consent
	issue    bool
	card     verno.CardID // that is issued; zero for a new one
	number   string
	rules    *rules // of the programme; nil where nothing is given for joining
	zone     *time.Location
	why      string // of what is given
}

// Enrol takes somebody in: member, account, person, card, consents, events and the welcome bonus of the version in force,
// all in one transaction and once for a key. Errors: invalid fields, phone_taken, email_taken, external_id_taken,
// card_not_usable, programme_ambiguous, programme_unpublished. Nothing in them tells anything of who has what is taken.
func (r *Roll) Enrol(ctx context.Context, a verno.Actor, now time.Time, q Enrol) (*Enrolled, error) {
	if err := a.Require(verno.MayWriteMembers); err != nil {
		return nil, err
	}
	j, err := r.joining(ctx, a, now, q)
	if err != nil {
		return nil, err
	}
	w := &books.Work{Tenant: a.Tenant, Claim: claim("enrol", q.Key, q.BodyHash), Counters: j.rules.counters()}
	var events []verno.Event
	var known bool
	w.Also = func(tx *store.Tx, p *books.Page) error {
		j.member.ID = verno.MemberID(p.ID())
		var owner *store.Owner
		if known, err = r.erasedBefore(ctx, tx, j); err != nil {
			return err
		}
		if owner, events, err = r.join(ctx, tx, now, j); err != nil {
			return err
		}
		p.PutOwner(owner)
		return nil
	}
	w.Decide = func(p *books.Page) (books.Result, error) {
		for _, e := range events {
			p.Emit(e)
		}
		return books.Result{ID: p.ID(), Owner: j.member.Owner}, j.welcome(p, known)
	}
	out, err := r.Books.Do(ctx, w)
	if err != nil {
		return nil, err
	}
	return r.enrolled(ctx, a, verno.MemberID(out.ID), out.Replayed)
}

// enrolled reads what an enrolment has made, whether now or when the key was first used.
func (r *Roll) enrolled(ctx context.Context, a verno.Actor, id verno.MemberID, replayed bool) (*Enrolled, error) {
	view, err := r.view(ctx, a.Tenant, id)
	if err != nil {
		return nil, err
	}
	view.Replayed = replayed
	cards, err := r.cards(ctx, a.Tenant, view.ID)
	return &Enrolled{View: view, Cards: cards}, err
}

// joining checks an enrolment and brings it to the form in which it is written.
func (r *Roll) joining(ctx context.Context, a verno.Actor, now time.Time, q Enrol) (*joining, error) {
	if len(q.Tags) > 0 || len(q.Metadata) > 0 {
		// Tags open promotions, so whoever only enrols, as a till does, may not set them.
		if err := a.Require(writes); err != nil && !a.May.Has(verno.MayImport) {
			return nil, err
		}
	}
	j := &joining{actor: a, issue: q.IssueCard, card: q.Card, number: q.CardNumber, why: welcome}
	var f verno.Faults
	channel := channelOf(a, q.Channel)
	slug(&f, "/channel", channel)
	f.Text("/external_id", q.ExternalID, 0, maxExternal)
	j.member = verno.Member{
		Tenant: a.Tenant, ExternalID: q.ExternalID, Channel: channel, Store: q.Store, Revision: 1, EnrolledAt: now, UpdatedAt: now,
		Tags: checkTags(&f, q.Tags), Metadata: checkMetadata(&f, q.Metadata),
	}
	j.consents = checkConsents(&f, q.Consents, channel)
	var err error
	if j.person, err = r.Vault.Check(q.Person); err != nil {
		if err := f.Add("", err); err != nil {
			return nil, err
		}
	}
	if !a.Store.IsZero() {
		j.member.Store = a.Store
	}
	if err := r.place(ctx, &f, j, q.Programme); err != nil {
		return nil, err
	}
	return j, f.Err()
}

// place finds the programme that is joined and the rules for it.
func (r *Roll) place(ctx context.Context, f *verno.Faults, j *joining, programme verno.ProgrammeID) error {
	reader, tenant := r.Store.Reader(), j.actor.Tenant
	var s verno.Store
	if !j.member.Store.IsZero() {
		var err error
		switch s, err = reader.Place(ctx, tenant, j.member.Store); {
		case errors.Is(err, store.ErrNotFound):
			f.Say("/store_id", "not_known")
			return nil
		case err != nil:
			return err
		}
		if programme.IsZero() {
			programme = s.Programme
		}
	}
	if programme.IsZero() {
		list, err := reader.Programmes(ctx, tenant, verno.ProgrammeID{}, 2)
		if err != nil {
			return err
		}
		if len(list) != 1 {
			f.Say("/programme_id", "programme_ambiguous")
			return nil
		}
		programme = list[0].Draft.ID
	}
	var err error
	j.member.Programme = programme
	j.rules, err = r.rules.of(ctx, reader, tenant, programme)
	if errors.Is(err, store.ErrNotFound) {
		f.Say("/programme_id", "not_known")
		return nil
	}
	if err != nil {
		return err
	}
	j.zone, err = j.rules.zone(s.TimeZone)
	return err
}

// join writes everything of a new member but its account's row, which it returns with the events. Nobody else has seen
// the member before the transaction commits.
func (r *Roll) join(ctx context.Context, tx *store.Tx, now time.Time, j *joining) (*store.Owner, []verno.Event, error) {
	m := &j.member
	m.Owner = verno.MemberOwner(m.ID)
	free, err := tx.InsertMember(ctx, *m)
	if err == nil && !free {
		err = takenExternal(m.ExternalID)
	}
	if err != nil {
		return nil, nil, err
	}
	if _, err := r.Vault.PutPerson(ctx, tx, m.Tenant, m.ID, j.person, now); err != nil {
		return nil, nil, err
	}
	events := []verno.Event{event(verno.EventMemberCreated, j.actor, *m, m.ID.String(),
		"programme", m.Programme.String(), "channel", m.Channel, "store", m.Store.String())}
	for i := range j.consents {
		e, err := r.consent(ctx, tx, j.actor, now, *m, &j.consents[i])
		if err != nil {
			return nil, nil, err
		}
		events = append(events, e)
	}
	if j.issue {
		if j.card.IsZero() {
			j.card = verno.NewID[verno.CardID](now, r.Entropy)
		}
		c, err := r.issue(ctx, tx, now, *m, j.card, KindPhone)
		if err != nil {
			return nil, nil, err
		}
		events = append(events, event(verno.EventCardIssued, j.actor, *m, c.ID.String(), "member", m.ID.String(), "kind", c.Kind))
	}
	if j.number != "" {
		c, err := r.link(ctx, tx, now, *m, j.number)
		if err != nil {
			return nil, nil, err
		}
		events = append(events, event(verno.EventCardLinked, j.actor, *m, c.ID.String(), "member", m.ID.String(), "kind", c.Kind))
	}
	return &store.Owner{
		Tenant: m.Tenant, ID: m.Owner, Kind: "member",
		State: verno.OwnerState{Enrolled: map[verno.ProgrammeID]verno.EnrolState{m.Programme: {At: verno.Micros(now)}}},
	}, events, nil
}

// erasedBefore says whether somebody with this phone or e-mail address was a member and was erased: then there is no
// second welcome.
func (r *Roll) erasedBefore(ctx context.Context, tx *store.Tx, j *joining) (bool, error) {
	at, err := r.Vault.ErasedAt(ctx, tx.Reader, j.actor.Tenant, j.person.Phone, j.person.Email)
	return !at.IsZero(), err
}
