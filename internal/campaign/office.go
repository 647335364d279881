package campaign

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// Office is where programmes are drafted and published.
type Office struct {
	Store   *store.Store
	Entropy io.Reader
}

// note is an event about configuration.
type note struct {
	kind    verno.EventKind
	subject string
	detail  map[string]string
}

// write runs one change of configuration: who may do it, the change, what it tells the till and the audit.
func (o *Office) write(ctx context.Context, actor verno.Actor, needs verno.Permission, now time.Time, fn func(tx *store.Tx) (note, error)) error {
	if err := actor.Require(needs); err != nil {
		return err
	}
	return o.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := fn(tx)
		if err != nil || n.kind == "" {
			return err
		}
		return o.record(ctx, tx, actor, now, n)
	})
}

// record writes what has changed into the audit, and has everybody who holds compiled rules read them again.
func (o *Office) record(ctx context.Context, tx *store.Tx, actor verno.Actor, now time.Time, n note) error {
	if _, err := tx.RaiseConfigVersion(ctx, actor.Tenant); err != nil {
		return missing(err, "tenant")
	}
	return books.Record(ctx, tx, now, o.Entropy, verno.Event{
		Tenant: actor.Tenant, Kind: n.kind, Subject: n.subject, Actor: actor.Name(), Detail: n.detail,
	})
}

// changed is the event of a draft or a place that was written.
func changed(subject, what, how string) note {
	return note{kind: verno.EventConfigChanged, subject: subject, detail: map[string]string{"what": what, "how": how}}
}

// missing tells a caller that what was asked for is not there, or is another tenant's, which is the same.
func missing(err error, thing string) error {
	if errors.Is(err, store.ErrNotFound) {
		return verno.NotFound("not_found").With("thing", thing)
	}
	return err
}

// known notes a field that names nothing that exists.
func known(f *verno.Faults, pointer string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		f.Say(pointer, "not_known")
		return nil
	}
	return err
}

// pages bounds a page of a list.
const pages = 200

// page is how many rows are read for a page: one more may be asked for, to see whether there is another page.
func page(limit int) int {
	if limit <= 0 || limit > pages+1 {
		return pages
	}
	return limit
}

// stale is the answer to a change of a revision that is no longer there.
func stale() error { return verno.Precondition("etag_mismatch") }

// written is the answer to a guarded change.
func written(ok bool, err error) error {
	if err == nil && !ok {
		return stale()
	}
	return err
}
