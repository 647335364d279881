package campaign

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/store"
)

// Businesses are the kinds of business that there are presets and examples for.
var Businesses = []string{"cafe", "shop", "pharmacy", "any"}

// Look is what a merchant looks like.
type Look struct {
	Name     string
	Business string // one of Businesses
	Accent   string // #rrggbb; empty for Verno's own
	LogoHash string // empty where there is no logo
	Revision int64  // 0 where nothing was ever chosen
}

// LookChange is what a merchant chooses.
type LookChange struct {
	Name     string
	Business string
	Accent   string
	Logo     []byte // as it was sent; nil leaves the logo that there is
	NoLogo   bool   // takes the logo away
}

// Look reads what a merchant looks like.
func (o *Office) Look(ctx context.Context, actor verno.Actor) (Look, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return Look{}, err
	}
	return readLook(ctx, o.Store.Reader(), actor.Tenant)
}

func readLook(ctx context.Context, r *store.Reader, tenant verno.TenantID) (Look, error) {
	t, err := r.Tenant(ctx, tenant)
	if err != nil {
		return Look{}, missing(err, "tenant")
	}
	b, err := r.Brand(ctx, tenant)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Look{}, err
	}
	look := Look{Name: t.Name, Business: b.Business, Accent: b.Accent, LogoHash: b.LogoHash, Revision: b.Revision}
	if look.Business == "" {
		look.Business = "any"
	}
	return look, nil
}

// Palette are the colours that the merchant's logo speaks of; none without a logo.
func (o *Office) Palette(ctx context.Context, actor verno.Actor) ([]brand.Colour, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	raw, err := o.Store.Reader().Logo(ctx, actor.Tenant)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if len(raw) == 0 {
		return nil, nil
	}
	logo, err := brand.ReadLogo(raw)
	return logo.Palette, err
}

// ChangeLook writes a look over the revision that was read. A logo is drawn anew from its pixels before it is kept; where
// a first logo comes without a colour, its own is taken. Errors: invalid fields, etag_mismatch.
func (o *Office) ChangeLook(ctx context.Context, actor verno.Actor, now time.Time, revision int64, c LookChange) (Look, error) {
	logo, err := c.check()
	if err != nil {
		return Look{}, err
	}
	if c.Accent == "" && len(logo.Palette) > 0 {
		c.Accent = logo.Palette[0].String()
	}
	var look Look
	err = o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		b, err := tx.Brand(ctx, actor.Tenant)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return note{}, err
		}
		if b.Revision != revision {
			return note{}, stale()
		}
		b.Business, b.Accent, b.UpdatedAt = c.Business, c.Accent, now
		if err = putBrand(ctx, tx, actor.Tenant, b); err != nil {
			return note{}, err
		}
		switch {
		case c.NoLogo:
			err = tx.SetLogo(ctx, actor.Tenant, nil, "")
		case logo.PNG != nil:
			sum := sha256.Sum256(logo.PNG)
			err = tx.SetLogo(ctx, actor.Tenant, logo.PNG, hex.EncodeToString(sum[:6]))
		}
		if err == nil {
			err = tx.RenameTenant(ctx, actor.Tenant, c.Name)
		}
		if err != nil {
			return note{}, err
		}
		look, err = readLook(ctx, tx.Reader, actor.Tenant)
		return changed(actor.Tenant.String(), "brand", "changed"), err
	})
	return look, err
}

// Check says what is wrong with a look, before there is anybody to have it.
func (c *LookChange) Check() error {
	_, err := c.check()
	return err
}

func (c *LookChange) check() (brand.Logo, error) {
	var f verno.Faults
	f.Text("/name", c.Name, 1, 100)
	f.OneOf("/business", c.Business, Businesses...)
	if _, ok := brand.Parse(c.Accent); !ok && c.Accent != "" {
		f.Say("/accent", "colour_invalid")
	}
	logo := readLogo(&f, c.Logo)
	return logo, f.Err()
}

func readLogo(f *verno.Faults, raw []byte) brand.Logo {
	if raw == nil {
		return brand.Logo{}
	}
	logo, err := brand.ReadLogo(raw)
	switch {
	case errors.Is(err, brand.ErrTooLarge):
		f.Say("/logo", "logo_too_large", "megabytes", strconv.Itoa(brand.MaxBytes>>20), "pixels", strconv.Itoa(brand.MaxSide))
	case err != nil:
		f.Say("/logo", "logo_invalid")
	}
	return logo
}

// putBrand writes a row that may not be there yet.
func putBrand(ctx context.Context, tx *store.Tx, tenant verno.TenantID, b store.Brand) error {
	if b.Revision > 0 {
		return written(tx.ChangeBrand(ctx, b))
	}
	b.Tenant, b.Revision = tenant, 1
	if b.Business == "" {
		b.Business = "any"
	}
	if b.Setup == "" {
		b.Setup = "{}"
	}
	return written(tx.InsertBrand(ctx, b))
}
