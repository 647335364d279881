package campaign

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// SetupLife is how long a setup address can be opened, and how long its session lasts then.
const SetupLife = 24 * time.Hour

// Steps are those of the beginning, in their order.
var Steps = []string{"business", "rules", "texts", "team", "launch"}

// Progress is how far the beginning of a tenant has come.
type Progress struct {
	Begun time.Time         `json:"begun"`
	Ended time.Time         `json:"ended"`
	Steps map[string]string `json:"steps"` // step to done or later
}

// Next is the first step that nobody has done or put off; the last one where there is none.
func (p Progress) Next() string {
	for _, s := range Steps {
		if p.Steps[s] == "" {
			return s
		}
	}
	return Steps[len(Steps)-1]
}

// Open are the steps that were not done.
func (p Progress) Open() []string {
	return slices.DeleteFunc(slices.Clone(Steps), func(s string) bool { return p.Steps[s] == "done" })
}

// NewSetup makes an address by which the first owner sets Verno up, in place of any older one. The token is empty where
// somebody is an owner already: then nobody else may become one this way.
func (o *Office) NewSetup(ctx context.Context, now time.Time) (token string, err error) {
	taken, err := o.Store.Reader().AnyOwner(ctx)
	if err != nil || taken {
		return "", err
	}
	var began verno.TenantID // what an earlier attempt has begun
	all, err := o.Store.Reader().Tenants(ctx)
	for _, t := range all {
		if t.Live {
			began = t.ID
		}
	}
	if err != nil {
		return "", err
	}
	token, hash, err := o.secret()
	if err != nil {
		return "", err
	}
	return token, o.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.DropSetupTokens(ctx, []byte{}); err != nil {
			return err
		}
		return tx.InsertSetupToken(ctx, store.SetupToken{Hash: hash, Tenant: began, CreatedAt: now, ExpiresAt: now.Add(SetupLife)})
	})
}

func (o *Office) secret() (token string, hash []byte, err error) {
	var random [24]byte
	if _, err := io.ReadFull(o.Entropy, random[:]); err != nil {
		return "", nil, fmt.Errorf("campaign: no entropy for a setup address: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(random[:])
	return token, hashed(token), nil
}

func hashed(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func setupOver() error { return verno.Unauthorised("setup_over") }

// SetupWaits says whether an address can still be opened. Error: setup_over.
func (o *Office) SetupWaits(ctx context.Context, token string, now time.Time) error {
	t, err := o.Store.Reader().SetupToken(ctx, hashed(token))
	if errors.Is(err, store.ErrNotFound) || err == nil && (!t.UsedAt.IsZero() || !now.Before(t.ExpiresAt)) {
		return setupOver()
	}
	return err
}

// BeginSetup exchanges an address for a session, once. Error: setup_over.
func (o *Office) BeginSetup(ctx context.Context, token string, now time.Time) (session string, err error) {
	session, hash, err := o.secret()
	if err != nil {
		return "", err
	}
	used := false
	err = o.Store.Write(ctx, func(tx *store.Tx) (err error) {
		used, err = tx.UseSetupToken(ctx, hashed(token), hash, now, now.Add(SetupLife))
		return err
	})
	if err == nil && !used {
		err = setupOver()
	}
	return session, err
}

// Setup finds out what a session sets up: the zero tenant before it has made one. Error: setup_over.
func (o *Office) Setup(ctx context.Context, session string, now time.Time) (verno.TenantID, error) {
	t, err := o.Store.Reader().SetupToken(ctx, hashed(session))
	if errors.Is(err, store.ErrNotFound) || err == nil && (t.UsedAt.IsZero() || !now.Before(t.ExpiresAt)) {
		return verno.TenantID{}, setupOver()
	}
	return t.Tenant, err
}

// BindSetup notes which tenant a session has made.
func (o *Office) BindSetup(ctx context.Context, session string, tenant verno.TenantID) error {
	return o.Store.Write(ctx, func(tx *store.Tx) error { return tx.BindSetupToken(ctx, hashed(session), tenant) })
}

// Progress reads how far the beginning has come.
func (o *Office) Progress(ctx context.Context, actor verno.Actor) (Progress, error) {
	p := Progress{Steps: map[string]string{}}
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return p, err
	}
	b, err := o.Store.Reader().Brand(ctx, actor.Tenant)
	if errors.Is(err, store.ErrNotFound) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(b.Setup), &p)
	}
	if p.Steps == nil {
		p.Steps = map[string]string{}
	}
	return p, err
}

// SetStep notes that a step is done, or put off.
func (o *Office) SetStep(ctx context.Context, actor verno.Actor, now time.Time, step string, done bool) error {
	return o.progress(ctx, actor, now, func(p *Progress) {
		switch {
		case !slices.Contains(Steps, step):
		case done:
			p.Steps[step] = "done"
		case p.Steps[step] == "":
			p.Steps[step] = "later"
		}
	})
}

// EndSetup ends a session: from now on Verno is set up, and changed at the desk only.
func (o *Office) EndSetup(ctx context.Context, actor verno.Actor, now time.Time, session string) error {
	if err := o.progress(ctx, actor, now, func(p *Progress) { p.Ended = now.UTC() }); err != nil {
		return err
	}
	return o.Store.Write(ctx, func(tx *store.Tx) error { return tx.DropSetupTokens(ctx, hashed(session)) })
}

func (o *Office) progress(ctx context.Context, actor verno.Actor, now time.Time, fn func(*Progress)) error {
	p, err := o.Progress(ctx, actor)
	if err != nil {
		return err
	}
	return o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		b, err := tx.Brand(ctx, actor.Tenant)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return note{}, err
		}
		if p.Begun.IsZero() {
			p.Begun = now.UTC()
		}
		fn(&p)
		text, err := json.Marshal(p)
		if err != nil {
			return note{}, err
		}
		b.Setup, b.UpdatedAt = string(text), now
		return changed(actor.Tenant.String(), "setup", "changed"), putBrand(ctx, tx, actor.Tenant, b)
	})
}
