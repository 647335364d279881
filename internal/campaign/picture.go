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

// maxPictures is how many pictures a tenant keeps.
const maxPictures = 1000

// AddPicture keeps a picture that cards may show, made anew from its pixels. The same picture is kept once. Errors:
// picture_invalid and picture_too_large at /picture, pictures_full.
func (o *Office) AddPicture(ctx context.Context, actor verno.Actor, now time.Time, raw []byte) (store.Picture, error) {
	if err := actor.Require(verno.MayWriteConfig); err != nil {
		return store.Picture{}, err
	}
	made, err := brand.ReadPicture(raw)
	switch {
	case errors.Is(err, brand.ErrTooLarge):
		return store.Picture{}, verno.InvalidField("/picture", "picture_too_large",
			"megabytes", strconv.Itoa(brand.MaxBytes>>20), "megapixels", strconv.Itoa(brand.MaxPixels/1_000_000))
	case err != nil:
		return store.Picture{}, verno.InvalidField("/picture", "picture_invalid")
	}
	sum := sha256.Sum256(made.PNG)
	p := store.Picture{
		Tenant: actor.Tenant, Hash: hex.EncodeToString(sum[:]), PNG: made.PNG, Width: int64(made.Width), Height: int64(made.Height), CreatedAt: now,
	}
	err = o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		there, err := tx.HasPicture(ctx, p.Tenant, p.Hash)
		if err != nil || there {
			return note{}, err
		}
		list, err := tx.Pictures(ctx, p.Tenant, maxPictures)
		if err != nil {
			return note{}, err
		}
		if len(list) == maxPictures {
			return note{}, verno.Conflict("pictures_full").With("max", strconv.Itoa(maxPictures))
		}
		return changed(p.Hash, "picture", "created"), tx.InsertPicture(ctx, p)
	})
	return p, err
}

// Pictures lists the pictures that there are, the newest first, without what they show.
func (o *Office) Pictures(ctx context.Context, actor verno.Actor) ([]store.Picture, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	return o.Store.Reader().Pictures(ctx, actor.Tenant, maxPictures)
}

// Picture reads a picture. Error: not_found.
func (o *Office) Picture(ctx context.Context, actor verno.Actor, hash string) (store.Picture, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return store.Picture{}, err
	}
	p, err := o.Store.Reader().Picture(ctx, actor.Tenant, hash)
	return p, missing(err, "picture")
}
