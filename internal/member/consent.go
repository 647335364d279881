package member

import (
	"context"
	"crypto/sha256"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Agreement is what a member says to one purpose. What was shown is proved by the hash of its text: the text itself or
// its SHA-256 must be given where the member agrees.
type Agreement struct {
	Purpose     string // terms, personal_data, advertising, …
	Granted     bool
	TextVersion string
	Text        string
	TextHash    []byte // instead of Text
	Channel     string // where it was said; empty for the channel of the request
}

// check makes a consent of an agreement.
func (g Agreement) check(f *verno.Faults, under, channel string) verno.Consent {
	slug(f, under+"/purpose", g.Purpose)
	f.Text(under+"/text_version", g.TextVersion, 0, maxVersion)
	if g.Channel == "" {
		g.Channel = channel
	}
	slug(f, under+"/channel", g.Channel)
	hash := g.TextHash
	switch {
	case len(g.Text) > maxConsentText:
		f.Say(under+"/text", "text_too_long", "max", strconv.Itoa(maxConsentText))
	case g.Text != "" && hash != nil:
		f.Say(under+"/text_hash", "duplicate")
	case g.Text != "":
		sum := sha256.Sum256([]byte(g.Text))
		hash = sum[:]
	case hash == nil && g.Granted:
		f.Say(under+"/text", "consent_no_text")
	case hash == nil:
		hash = []byte{}
	case len(hash) != sha256.Size:
		f.Say(under+"/text_hash", "text_invalid")
	}
	return verno.Consent{
		Purpose: g.Purpose, Granted: g.Granted, TextVersion: g.TextVersion, TextHash: hash, Channel: g.Channel,
	}
}

func checkConsents(f *verno.Faults, list []Agreement, channel string) []verno.Consent {
	if len(list) > maxConsents {
		f.Say("/consents", "too_many", "max", strconv.Itoa(maxConsents))
		return nil
	}
	out := make([]verno.Consent, len(list))
	seen := map[string]bool{}
	for i, g := range list {
		under := "/consents/" + strconv.Itoa(i)
		out[i] = g.check(f, under, channel)
		if seen[g.Purpose] {
			f.Say(under+"/purpose", "duplicate")
		}
		seen[g.Purpose] = true
	}
	return out
}

// Consent records what a member says to a purpose: it agrees or withdraws.
func (r *Roll) Consent(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID, g Agreement) (verno.Consent, error) {
	if err := a.Require(writes); err != nil {
		return verno.Consent{}, err
	}
	var f verno.Faults
	c := g.check(&f, "", channelOf(a, ""))
	if err := f.Err(); err != nil {
		return c, err
	}
	_, err := r.change(ctx, a, now, id, func(tx *store.Tx, m *verno.Member) ([]verno.Event, error) {
		e, err := r.consent(ctx, tx, a, now, *m, &c)
		return []verno.Event{e}, err
	})
	return c, err
}

// consent writes a decision and returns its event.
func (r *Roll) consent(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, m verno.Member, c *verno.Consent) (verno.Event, error) {
	c.ID, c.Member, c.Actor, c.GivenAt = verno.NewID[verno.ConsentID](now, r.Entropy), m.ID, a.Name(), now.UTC()
	kind := verno.EventConsentWithdrawn
	if c.Granted {
		kind = verno.EventConsentGranted
	}
	e := event(kind, a, m, m.ID.String(), "purpose", c.Purpose, "text_version", c.TextVersion, "channel", c.Channel)
	if c.Purpose == PurposePaymentCard && !c.Granted {
		if err := tx.DeletePaymentCardsOf(ctx, m.Tenant, m.ID); err != nil {
			return e, err
		}
	}
	return e, tx.InsertConsent(ctx, a.Tenant, *c)
}

// Consents lists all that a member has said, oldest first; the last word on a purpose holds.
func (r *Roll) Consents(ctx context.Context, a verno.Actor, id verno.MemberID) ([]verno.Consent, error) {
	if err := a.Require(reads); err != nil {
		return nil, err
	}
	m, err := resolve(ctx, r.Store.Reader(), a.Tenant, id)
	if err != nil {
		return nil, err
	}
	return r.Store.Reader().Consents(ctx, a.Tenant, m.ID)
}

// channelOf is where a request comes from, unless it says so.
func channelOf(a verno.Actor, said string) string {
	switch {
	case said != "":
		return said
	case !a.Terminal.IsZero():
		return "till"
	default:
		return "api"
	}
}
