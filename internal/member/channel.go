package member

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// What a channel's page asks beside a phone, and how much it wants it.
const (
	FieldName     = "name"
	FieldBirthday = "birthday"
	FieldEmail    = "email"

	FieldAsked    = "asked"
	FieldRequired = "required"
)

// How a phone is proved to be that of who joins: by a code that is sent to it, or not at all.
const (
	ProofCode = "code"
	ProofNone = "none"
)

// MaxChannels is how many channels a tenant has at most, the closed ones too.
const MaxChannels = 500

// ChannelForm is what somebody says of a channel.
type ChannelForm struct {
	Name      string
	Programme verno.ProgrammeID // of a new one; zero for the only one
	Store     verno.StoreID     // to which those count who join; zero for none
	Fields    map[string]string // FieldName and so on to FieldAsked or FieldRequired; what is not there is not asked
	Proof     string
	Wallet    bool               // people may also join by the form of Apple Wallet, which proves nothing
	Look      *store.ChannelLook // nil leaves it as it is
}

func (q *ChannelForm) check(f *verno.Faults) {
	f.Text("/name", q.Name, 1, 100)
	f.OneOf("/proof", q.Proof, ProofCode, ProofNone)
	if q.Wallet && q.Proof != ProofNone {
		f.Say("/wallet_form", "wallet_form_proof")
	}
	if q.Wallet && q.Fields[FieldBirthday] == FieldRequired {
		f.Say("/wallet_form", "wallet_form_birthday")
	}
	for name, how := range q.Fields {
		f.OneOf("/fields", name, FieldName, FieldBirthday, FieldEmail)
		f.OneOf("/fields/"+name, how, FieldAsked, FieldRequired)
	}
	if q.Fields == nil {
		q.Fields = map[string]string{}
	}
}

// OpenChannel makes a new way to join. Errors: invalid fields, programme_ambiguous,
// channels_full.
func (r *Roll) OpenChannel(ctx context.Context, a verno.Actor, now time.Time, q ChannelForm) (store.Channel, error) {
	if err := a.Require(verno.MayPublish); err != nil {
		return store.Channel{}, err
	}
	var f verno.Faults
	q.check(&f)
	if err := r.placeChannel(ctx, a, &f, &q); err != nil {
		return store.Channel{}, err
	}
	if err := r.checkLook(ctx, a, &f, q.Look); err != nil {
		return store.Channel{}, err
	}
	if err := f.Err(); err != nil {
		return store.Channel{}, err
	}
	c := store.Channel{
		Tenant: a.Tenant, ID: verno.NewID[verno.ChannelID](now, r.Entropy), Name: q.Name, Programme: q.Programme, Store: q.Store,
		Fields: q.Fields, Proof: q.Proof, Wallet: q.Wallet, Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	if q.Look != nil {
		c.Look = *q.Look
	}
	err := r.Store.Write(ctx, func(tx *store.Tx) error {
		all, err := tx.Channels(ctx, a.Tenant, verno.ChannelID{}, MaxChannels)
		if err == nil && len(all) == MaxChannels {
			err = verno.Conflict("channels_full").With("max", strconv.Itoa(MaxChannels))
		}
		if err != nil {
			return err
		}
		for free := false; !free; {
			var err error
			if c.Code, err = r.channelCode(); err != nil {
				return err
			}
			if free, err = tx.InsertChannel(ctx, c); err != nil {
				return err
			}
		}
		return r.recordChannel(ctx, tx, a, now, c, "opened")
	})
	return c, err
}

// channelCode draws eight letters and digits that nobody mistakes for each other.
func (r *Roll) channelCode() (string, error) {
	var random [5]byte
	if _, err := io.ReadFull(r.Entropy, random[:]); err != nil {
		return "", err
	}
	return tokenText.EncodeToString(random[:]), nil
}

// placeChannel finds the programme that is joined, and sees that the store is there.
func (r *Roll) placeChannel(ctx context.Context, a verno.Actor, f *verno.Faults, q *ChannelForm) error {
	reader := r.Store.Reader()
	if !q.Store.IsZero() {
		s, err := reader.Place(ctx, a.Tenant, q.Store)
		switch {
		case errors.Is(err, store.ErrNotFound):
			f.Say("/store_id", "not_known")
		case err != nil:
			return err
		case q.Programme.IsZero():
			q.Programme = s.Programme
		}
	}
	list, err := reader.Programmes(ctx, a.Tenant, verno.ProgrammeID{}, pages)
	if err != nil {
		return err
	}
	if q.Programme.IsZero() && len(list) == 1 {
		q.Programme = list[0].Draft.ID
	}
	for i := range list {
		if list[i].Draft.ID == q.Programme {
			return nil
		}
	}
	f.Say("/programme_id", "programme_ambiguous")
	return nil
}

// ChangeChannel writes what somebody says of a channel over that of a revision; its address and programme stay. Errors:
// invalid fields, etag_mismatch.
func (r *Roll) ChangeChannel(ctx context.Context, a verno.Actor, now time.Time, id verno.ChannelID, revision int64, q ChannelForm) (store.Channel, error) {
	var f verno.Faults
	q.check(&f)
	return r.changeChannel(ctx, a, now, id, "changed", func(c *store.Channel) (bool, error) {
		q.Programme = c.Programme
		if err := r.placeChannel(ctx, a, &f, &q); err != nil {
			return false, err
		}
		if err := r.checkLook(ctx, a, &f, q.Look); err != nil {
			return false, err
		}
		c.Name, c.Store, c.Fields, c.Proof, c.Wallet, c.Revision = q.Name, q.Store, q.Fields, q.Proof, q.Wallet, revision
		if q.Look != nil {
			c.Look = *q.Look
		}
		return true, f.Err()
	})
}

// CloseChannel lets nobody join by a channel any more, or, with open, lets people join by it again. Where that is so already
// nothing changes.
func (r *Roll) CloseChannel(ctx context.Context, a verno.Actor, now time.Time, id verno.ChannelID, open bool) (store.Channel, error) {
	how := "closed"
	if open {
		how = "opened"
	}
	return r.changeChannel(ctx, a, now, id, how, func(c *store.Channel) (bool, error) {
		if c.ClosedAt.IsZero() == open {
			return false, nil
		}
		c.ClosedAt = now
		if open {
			c.ClosedAt = time.Time{}
		}
		return true, nil
	})
}

func (r *Roll) changeChannel(ctx context.Context, a verno.Actor, now time.Time, id verno.ChannelID, how string,
	change func(c *store.Channel) (bool, error),
) (c store.Channel, err error) {
	if err := a.Require(verno.MayPublish); err != nil {
		return c, err
	}
	err = r.Store.Write(ctx, func(tx *store.Tx) error {
		if c, err = tx.Channel(ctx, a.Tenant, id); err != nil {
			return missing(err, "channel")
		}
		if other, err := change(&c); err != nil || !other {
			return err
		}
		c.UpdatedAt = now
		if err := written(tx.ChangeChannel(ctx, c)); err != nil {
			return err
		}
		c.Revision++
		return r.recordChannel(ctx, tx, a, now, c, how)
	})
	return c, err
}

func (r *Roll) recordChannel(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, c store.Channel, how string) error {
	return books.Record(ctx, tx, now, r.Entropy, verno.Event{
		Tenant: a.Tenant, Kind: verno.EventConfigChanged, Subject: c.ID.String(), Actor: a.Name(),
		Detail: map[string]string{"what": "channel", "how": how},
	})
}

// Channels are the ways to join after one, the closed ones too, in the order in which they were made.
func (r *Roll) Channels(ctx context.Context, a verno.Actor, after verno.ChannelID, limit int) ([]store.Channel, error) {
	if err := a.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	return r.Store.Reader().Channels(ctx, a.Tenant, after, min(limit, MaxChannels))
}

// Channel reads a way to join.
func (r *Roll) Channel(ctx context.Context, a verno.Actor, id verno.ChannelID) (store.Channel, error) {
	if err := a.Require(verno.MayReadConfig); err != nil {
		return store.Channel{}, err
	}
	c, err := r.Store.Reader().Channel(ctx, a.Tenant, id)
	return c, missing(err, "channel")
}
