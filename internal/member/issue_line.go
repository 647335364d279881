package member

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// issuer goes through a list.
type issuer struct {
	*Roll

	set      IssueSettings
	actor    verno.Actor
	language string
	texts    map[string]Agreement // by purpose
}

// step does some lines in one transaction, and says whether there are more.
func (w *issuer) step(ctx context.Context, id verno.IssueID, now time.Time) (more bool, err error) {
	tenant := w.actor.Tenant
	row, err := w.Store.Reader().CardIssue(ctx, tenant, id)
	if err != nil || row.State != IssueRunning {
		return false, err
	}
	lines, err := w.Store.Reader().CardIssueLines(ctx, tenant, id, row.Done, issueStep)
	if err != nil {
		return false, err
	}
	wanted := make([]wanted, len(lines))
	for i := range lines {
		if lines[i].Outcome != "" {
			return true, nil // Another process has done it since the list was read.
		}
		if err := w.read(ctx, id, now, &lines[i], &wanted[i]); err != nil {
			return false, err
		}
	}
	err = w.Store.WriteLow(ctx, func(tx *store.Tx) error {
		locked, err := tx.LockCardIssue(ctx, tenant, id)
		if err != nil || locked.State != IssueRunning || locked.Done != row.Done {
			more = err == nil && locked.State == IssueRunning
			return err
		}
		for i := range lines {
			if err := w.settle(ctx, tx, now, &locked, &lines[i], &wanted[i]); err != nil {
				return err
			}
		}
		if more = len(lines) == issueStep; !more {
			locked.State = IssueDone
			if err := books.Record(ctx, tx, now, w.Entropy, finished(w.actor, &locked)); err != nil {
				return err
			}
		}
		locked.UpdatedAt = now
		return tx.ChangeCardIssue(ctx, locked)
	})
	return more, err
}

// wanted is a line with what it comes to, as far as that needs no transaction.
type wanted struct {
	IssueLine

	template verno.TemplateID
	kind     *card.Kind // of the template
	design   card.Template
	joining  *joining
	err      error // what is wrong with the line
	joinErr  error // what is wrong with it for somebody new
}

// read opens a line and checks it.
func (w *issuer) read(ctx context.Context, id verno.IssueID, now time.Time, row *store.CardIssueLine, l *wanted) error {
	if w.set.Blanks > 0 {
		return w.readBlank(ctx, l)
	}
	plain, err := w.Vault.Open(ctx, w.actor.Tenant, issuePlace(id, row.Line), row.Sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, &l.IssueLine); err != nil {
		return err
	}
	if l.Bad != "" {
		l.err = verno.Invalid("line_unreadable")
		return nil
	}
	if l.template = w.set.Template; l.Template != "" {
		if l.template.UnmarshalText([]byte(l.Template)) != nil {
			l.err = verno.InvalidField("/template", "id_invalid")
			return nil //nolint:nilerr // What is wrong with a line is what becomes of it.
		}
	}
	if !l.template.IsZero() {
		if l.kind, l.design, _, err = w.issuable(ctx, w.actor.Tenant, l.template); err != nil {
			return refusedOr(err, &l.err)
		}
		if !identifies(l.kind.Name) {
			l.err = verno.Conflict("template_not_members")
			return nil
		}
	}
	consents, err := w.purposesOf(ctx, l.Consents)
	if err != nil {
		return refusedOr(err, &l.err)
	}
	q := Enrol{
		Programme: w.set.Programme, ExternalID: l.ExternalID, Channel: w.set.Channel, Consents: consents, CardNumber: l.Number,
		IssueCard: l.Number == "" && l.template.IsZero(),
	}
	q.Person.Phone, q.Person.Email, q.Person.FirstName, q.Person.LastName, q.Person.Birthday = l.Phone, l.Email, l.FirstName, l.LastName, l.Birthday
	if q.Channel == "" {
		q.Channel = "import"
	}
	if l.Phone == "" && l.Email == "" && l.ExternalID == "" && l.Number == "" {
		l.err = verno.Invalid("line_nobody")
		return nil
	}
	l.joining, err = w.joining(ctx, w.actor, now, q)
	return refusedOr(err, &l.joinErr)
}

// refusedOr puts what is wrong with a line at its place; only what is wrong with the database is an error.
func refusedOr(err error, at *error) error {
	known, ok := errors.AsType[*verno.Error](err)
	if ok && known.Kind != verno.KindUnavailable && known.Kind != verno.Internal {
		*at = known
		return nil
	}
	return err
}

// settle does one line, in a part of the transaction that can fail alone, and writes what came of it.
func (w *issuer) settle(ctx context.Context, tx *store.Tx, now time.Time, of *store.CardIssue, row *store.CardIssueLine, l *wanted) error {
	if err := w.try(ctx, tx, now, row, l); err != nil {
		return err
	}
	switch row.Outcome {
	case "issued":
		of.Issued++
	case "had":
		of.Had++
	default:
		of.Rejected++
	}
	if of.Done = row.Line; row.Outcome == "issued" && w.set.Link != "" {
		if err := w.link(ctx, tx, now, row); err != nil {
			return err
		}
	}
	return tx.SettleCardIssueLine(ctx, w.actor.Tenant, of.ID, *row)
}

// try does one line and puts down what came of it. What is wrong with the line is undone alone.
func (w *issuer) try(ctx context.Context, tx *store.Tx, now time.Time, row *store.CardIssueLine, l *wanted) error {
	var fault error
	err := l.err
	if err == nil {
		err = tx.Try(ctx, func() error { return w.line(ctx, tx, now, row, l) })
	}
	if err := refusedOr(err, &fault); err != nil || fault == nil {
		return err
	}
	row.Outcome, row.Member, row.Card = "rejected", verno.MemberID{}, verno.CardID{}
	row.Code, row.Params, err = reasonOf(fault)
	return err
}

// line gives a card to whoever a line names: a member who has none of that kind yet, or somebody new.
func (w *issuer) line(ctx context.Context, tx *store.Tx, now time.Time, row *store.CardIssueLine, l *wanted) error {
	if w.set.Blanks > 0 {
		return w.blank(ctx, tx, now, row, l)
	}
	id, err := w.named(ctx, tx, l)
	if err != nil {
		return err
	}
	if id.IsZero() {
		return w.newcomer(ctx, tx, now, row, l)
	}
	m, err := lock(ctx, tx, w.actor.Tenant, id)
	if err != nil {
		return err
	}
	row.Member = m.ID
	list, err := tx.CardsOf(ctx, m.Tenant, m.ID)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.State != verno.CardActive || l.Number == "" && (c.Template != l.template || l.template.IsZero() && c.Kind != KindPhone) {
			continue
		}
		if l.Number != "" {
			shown, err := w.shown(ctx, c)
			if err != nil {
				return err
			}
			if string(shown.Number) != plain(l.Number) {
				continue
			}
		}
		row.Outcome, row.Card = "had", c.ID
		return nil
	}
	kind := verno.EventCardIssued
	var c store.Card
	if l.Number != "" {
		kind = verno.EventCardLinked
		c, err = w.Roll.link(ctx, tx, now, m, l.Number)
	} else {
		c, err = w.give(ctx, tx, now, m, l)
	}
	if err != nil {
		return err
	}
	row.Outcome, row.Card = "issued", c.ID
	return books.Record(ctx, tx, now, w.Entropy, event(kind, w.actor, m, c.ID.String(), "member", m.ID.String(), "kind", c.Kind))
}

// newcomer takes somebody in, without a welcome bonus, as all who come by a list.
func (w *issuer) newcomer(ctx context.Context, tx *store.Tx, now time.Time, row *store.CardIssueLine, l *wanted) error {
	if l.joinErr != nil {
		return l.joinErr
	}
	j := *l.joining
	j.member.ID = verno.NewID[verno.MemberID](now, w.Entropy)
	owner, events, err := w.join(ctx, tx, now, &j)
	if err != nil {
		return err
	}
	row.Member, row.Outcome = j.member.ID, "issued"
	if !l.template.IsZero() && l.Number == "" {
		c, err := w.give(ctx, tx, now, j.member, l)
		if err != nil {
			return err
		}
		row.Card = c.ID
		events = append(events, event(verno.EventCardIssued, w.actor, j.member, c.ID.String(), "member", j.member.ID.String(), "kind", c.Kind))
	} else {
		list, err := tx.CardsOf(ctx, j.member.Tenant, j.member.ID)
		if err != nil {
			return err
		}
		row.Card = list[len(list)-1].ID
	}
	tx.Bulk().PutOwners([]*store.Owner{owner})
	return books.Record(ctx, tx, now, w.Entropy, events...)
}

// give makes a card in the phone, or one of the line's template.
func (w *issuer) give(ctx context.Context, tx *store.Tx, now time.Time, m verno.Member, l *wanted) (store.Card, error) {
	id := verno.NewID[verno.CardID](now, w.Entropy)
	if l.template.IsZero() {
		return w.issue(ctx, tx, now, m, id, KindPhone)
	}
	d := card.Document{}
	d.Begin(&l.design, now)
	text, values, err := parted(&d, l.kind)
	if err != nil {
		return store.Card{}, err
	}
	return w.issueCard(ctx, tx, m, store.Card{Card: verno.Card{
		ID: id, Tenant: m.Tenant, Member: m.ID, Kind: l.kind.Name, Template: l.template, Document: text, State: verno.CardActive, Revision: 1,
		IssuedAt: now, UpdatedAt: now,
	}}, values)
}

// named finds the member whom a line names, by whatever it tells; zero for nobody. Where it names two, it is wrong.
func (w *issuer) named(ctx context.Context, tx *store.Tx, l *wanted) (id verno.MemberID, err error) {
	see := func(found verno.MemberID, err error) error {
		if errors.Is(err, store.ErrNotFound) || err == nil && found.IsZero() {
			return nil
		}
		if err != nil {
			return err
		}
		m, err := resolve(ctx, tx.Reader, w.actor.Tenant, found)
		if err == nil && !id.IsZero() && m.ID != id {
			err = verno.Conflict("line_two")
		}
		id = m.ID
		return err
	}
	if l.ExternalID != "" {
		m, err := tx.MemberByExternalID(ctx, w.actor.Tenant, l.ExternalID)
		if err := see(m.ID, err); err != nil {
			return id, err
		}
	}
	for _, q := range l.told() {
		kind, value, err := w.exact(q)
		if err != nil {
			return id, err
		}
		found, err := w.Vault.Find(ctx, tx.Reader, w.actor.Tenant, kind, value)
		if err := see(found.Member, err); err != nil {
			return id, err
		}
	}
	return id, nil
}

// told is by what a line tells who it is.
func (l *IssueLine) told() (list []Search) {
	for _, q := range []Search{{Phone: l.Phone}, {Email: l.Email}, {CardNumber: l.Number}} {
		if q.Phone+q.Email+q.CardNumber != "" {
			list = append(list, q)
		}
	}
	return list
}

// link sends the new card to its member, where that can be; a line is none the worse where it cannot.
func (w *issuer) link(ctx context.Context, tx *store.Tx, now time.Time, row *store.CardIssueLine) error {
	m, err := tx.Member(ctx, w.actor.Tenant, row.Member)
	if err != nil {
		return err
	}
	ways := []string{w.set.Link}
	if w.set.Link == LinkAny {
		ways = LinkWays
	}
	var fault error
	for _, channel := range ways {
		if fault = nil; w.Courier.Base == "" || w.Courier.Deliver[channel] == nil {
			fault = verno.Conflict("link_off").With("channel", channel)
			continue
		}
		err := tx.Try(ctx, func() error {
			if err := w.newLink(ctx, tx, now, m, verno.NewID[verno.LinkID](now, w.Entropy), row.Card, channel); err != nil {
				return err
			}
			return books.Record(ctx, tx, now, w.Entropy, linkSent(w.actor, m, row.Card, channel))
		})
		if err := refusedOr(err, &fault); err != nil {
			return err
		}
		if fault == nil {
			break
		}
	}
	row.Link = linkSentAs
	if fault == nil {
		return nil
	}
	row.Link, row.Params, err = reasonOf(fault)
	return err
}
