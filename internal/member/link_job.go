package member

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Letter is a message to one person by one way.
type Letter struct {
	ID      string // the same where it is handed over again
	To      string // a phone in E.164, or an address of mail
	Subject string // of mail
	Text    string
}

const (
	linksAtOnce = 16
	linkTries   = 8
	linkTimeout = time.Minute // after which a link that was taken is due again
)

// Deliver hands over the links that are due, and returns when none is left. Each is handed over once, and again only where
// it is unknown whether the gateway took it: then with the same ID.
func (r *Roll) Deliver(ctx context.Context, clock func() time.Time) error {
	for {
		var list []store.CardLink
		now := clock()
		err := r.Store.WriteLow(ctx, func(tx *store.Tx) (err error) {
			list, err = tx.TakeCardLinks(ctx, now, now.Add(linkTimeout), linksAtOnce)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		var all sync.WaitGroup
		faults := make([]error, len(list))
		for i := range list {
			all.Go(func() { faults[i] = r.deliver(ctx, &list[i], clock) })
		}
		all.Wait()
		if err := errors.Join(faults...); err != nil {
			return err
		}
	}
}

// deliver hands one link over and writes what came of it.
func (r *Roll) deliver(ctx context.Context, l *store.CardLink, clock func() time.Time) error {
	letter, err := r.letter(ctx, l)
	switch {
	case errors.Is(err, errUnreachable):
		l.Fault, l.DueAt = "unreachable", time.Time{}
		return r.settle(ctx, l)
	case err != nil:
		return err
	}
	again, err := false, errUnreachable
	if send := r.Courier.Deliver[l.Channel]; send != nil {
		again, err = send(ctx, letter)
	}
	now := clock()
	wait := time.Minute << min(l.Tries, 8)
	switch {
	case err == nil:
		l.SentAt, l.DueAt = now, time.Time{}
	case again && l.Tries < linkTries && now.Add(wait).Before(l.ExpiresAt):
		l.DueAt = now.Add(wait)
	default:
		l.Fault, l.DueAt = "gateway", time.Time{}
	}
	return r.settle(ctx, l)
}

func (r *Roll) settle(ctx context.Context, l *store.CardLink) error {
	return r.Store.WriteLow(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.SettleCardLink(ctx, *l) })
}

// errUnreachable says that a link is for nobody any more: its member is erased, or is reached elsewhere.
var errUnreachable = errors.New("member: there is nobody to send it to")

// letter writes a link to its member, in the language of the business.
func (r *Roll) letter(ctx context.Context, l *store.CardLink) (Letter, error) {
	reader := r.Store.Reader()
	var to string
	var token []byte
	var err error
	if l.Member.IsZero() {
		token = l.Token
		to, err = r.bearerTarget(ctx, l)
	} else {
		to, token, err = r.reach(ctx, reader, l.Tenant, l.Member, l.Channel)
	}
	switch {
	case errors.Is(err, errUnreachable), errors.Is(err, vault.ErrErased), errors.Is(err, verno.Conflict("link_nowhere")), err == nil && string(token) != string(l.Token):
		return Letter{}, errUnreachable
	case err != nil:
		return Letter{}, err
	}
	t, err := reader.Tenant(ctx, l.Tenant)
	if err != nil {
		return Letter{}, err
	}
	address, err := r.linkAddress(ctx, l)
	if err != nil {
		return Letter{}, err
	}
	c, err := reader.Card(ctx, l.Tenant, l.Card)
	if err != nil {
		return Letter{}, err
	}
	k, known := card.Find(c.Kind)
	gift := l.Member.IsZero() && known && k.Scan == card.ScanTender
	out := Letter{ID: l.ID.String(), To: to}
	out.Subject, out.Text = r.Courier.Words(t.Language, l.Channel, gift, t.Name, address)
	return out, nil
}
