package member

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Roll is the book of members. It is safe for use by many at once.
type Roll struct {
	Store   *store.Store
	Books   *books.Books
	Vault   *vault.Vault
	Entropy io.Reader
	// Adjusting bounds what one adjusts without a second person.
	Adjusting Bounds
	// Waits is how long a proposal waits for a second person, three days where it is zero.
	Waits time.Duration
	// Cooling is how long nothing can be spent after somebody else changed a member's phone; below zero not at all, two
	// days where it is zero. Whoever takes over an account begins with its phone.
	Cooling time.Duration
	// Courier takes one-time codes to phones.
	Courier Courier
	// SoldHere sees that whoever asks has just sold a gift certificate, of which nothing is spent.
	SoldHere func(ctx context.Context, a verno.Actor, card verno.CardID) error

	rules  rulebook
	nearby nearby
}

// Permissions that go together here. Whoever only enrols, as a till does, neither reads nor changes a member afterwards.
const (
	reads  = verno.MayReadMembers
	writes = verno.MayReadMembers | verno.MayWriteMembers
)

// pages bounds a page of a list.
const pages = 200

// page is how many rows are read for a page: one more may be asked for, to see whether there is another page.
func page(limit int) int {
	if limit <= 0 || limit > pages+1 {
		return pages
	}
	return limit
}

// missing tells a caller that what was asked for is not there, or is another tenant's, which is the same.
func missing(err error, thing string) error {
	if errors.Is(err, store.ErrNotFound) {
		return verno.NotFound("not_found").With("thing", thing)
	}
	return err
}

// resolve finds a member; for one that was merged, whom it has become.
func resolve(ctx context.Context, r *store.Reader, tenant verno.TenantID, id verno.MemberID) (verno.Member, error) {
	m, err := r.Member(ctx, tenant, id)
	if err == nil && !m.MergedInto.IsZero() {
		m, err = r.Member(ctx, tenant, m.MergedInto)
	}
	return m, missing(err, "member")
}

// living is resolve for those who are to be changed: an erased member is not.
func living(ctx context.Context, r *store.Reader, tenant verno.TenantID, id verno.MemberID) (verno.Member, error) {
	m, err := resolve(ctx, r, tenant, id)
	if err == nil && !m.ErasedAt.IsZero() {
		err = vault.ErrErased
	}
	return m, err
}

// lock is living with the member's row locked.
func lock(ctx context.Context, tx *store.Tx, tenant verno.TenantID, id verno.MemberID) (verno.Member, error) {
	m, err := tx.LockMember(ctx, tenant, id)
	if err == nil && !m.MergedInto.IsZero() {
		m, err = tx.LockMember(ctx, tenant, m.MergedInto)
	}
	if err == nil && !m.ErasedAt.IsZero() {
		err = vault.ErrErased
	}
	return m, missing(err, "member")
}

// event is an event about a member; details are names and values by turns, of which the empty are left out.
func event(kind verno.EventKind, a verno.Actor, m verno.Member, subject string, detail ...string) verno.Event {
	e := verno.Event{Tenant: a.Tenant, Kind: kind, Owner: m.Owner, Subject: subject, Actor: a.Name()}
	for i := 0; i+1 < len(detail); i += 2 {
		if detail[i+1] == "" {
			continue
		}
		if e.Detail == nil {
			e.Detail = map[string]string{}
		}
		e.Detail[detail[i]] = detail[i+1]
	}
	return e
}

// change runs one ordinary change of a member, whose row is locked, and records its events.
func (r *Roll) change(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID,
	fn func(tx *store.Tx, m *verno.Member) ([]verno.Event, error),
) (verno.Member, error) {
	return r.changeLocked(ctx, a, now, id, lock, fn)
}

// locking finds a member and locks it, and what stands before it in the order of locks.
type locking func(ctx context.Context, tx *store.Tx, tenant verno.TenantID, id verno.MemberID) (verno.Member, error)

func (r *Roll) changeLocked(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID, lock locking,
	fn func(tx *store.Tx, m *verno.Member) ([]verno.Event, error),
) (verno.Member, error) {
	var m verno.Member
	err := r.Store.Write(ctx, func(tx *store.Tx) error {
		var err error
		if m, err = lock(ctx, tx, a.Tenant, id); err != nil {
			return err
		}
		events, err := fn(tx, &m)
		if err != nil {
			return err
		}
		return books.Record(ctx, tx, now, r.Entropy, events...)
	})
	return m, err
}

// moves is how often a work is tried again because the member's account was moved to another owner meanwhile.
const moves = 3

// owned runs a work under the lock of a member's owner. Make fills in the work, which has the owner as its first.
func (r *Roll) owned(ctx context.Context, a verno.Actor, claim books.Claim, id verno.MemberID,
	fill func(m verno.Member, w *books.Work),
) (verno.Member, books.Outcome, error) {
	for try := 1; ; try++ {
		m, err := living(ctx, r.Store.Reader(), a.Tenant, id)
		if err != nil {
			out, err := r.Books.Earlier(ctx, a.Tenant, claim.Key, claim.BodyHash, err)
			return m, out, err
		}
		w := &books.Work{Tenant: a.Tenant, Claim: claim, Owners: []books.Want{{Owner: m.Owner}}}
		fill(m, w)
		out, err := r.Books.Do(ctx, w)
		if !errors.Is(err, verno.Conflict("owner_moved")) || try == moves {
			return m, out, err
		}
	}
}

// claim names a request that must happen once; without a key it may happen again.
func claim(kind, key string, hash [32]byte) books.Claim {
	if key == "" {
		return books.Claim{}
	}
	return books.Claim{Key: key, BodyHash: hash, Kind: kind}
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

func takenExternal(id string) error {
	return verno.Conflict("external_id_taken").With("external_id", id)
}
