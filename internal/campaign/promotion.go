package campaign

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
)

// CreatePromotion makes a promotion of a programme as a draft; the draft's ID is given here. It returns the fields that
// the rules find fault with.
func (o *Office) CreatePromotion(ctx context.Context, actor verno.Actor, now time.Time, programme verno.ProgrammeID, draft verno.Promotion) (store.Promotion, error) {
	draft.ID = verno.NewID[verno.PromotionID](now, o.Entropy)
	p := store.Promotion{Tenant: actor.Tenant, Programme: programme, Draft: draft, Revision: 1, CreatedAt: now, UpdatedAt: now}
	err := o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		of, err := tx.LockProgramme(ctx, actor.Tenant, programme)
		if err != nil {
			return note{}, missing(err, "programme")
		}
		return changed(draft.ID.String(), "promotion", "created"), addPromotion(ctx, tx, of, p)
	})
	return p, err
}

func addPromotion(ctx context.Context, tx *store.Tx, of store.Programme, p store.Promotion) error {
	if err := room(ctx, tx, of); err != nil {
		return err
	}
	if err := checkPromotion(ctx, tx.Reader, of, &p.Draft); err != nil {
		return err
	}
	return tx.InsertPromotion(ctx, p)
}

// Promotion reads a draft.
func (o *Office) Promotion(ctx context.Context, actor verno.Actor, id verno.PromotionID) (store.Promotion, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return store.Promotion{}, err
	}
	p, err := o.Store.Reader().Promotion(ctx, actor.Tenant, id)
	return p, missing(err, "promotion")
}

// Promotions lists a programme's drafts by ID, with archived the archived ones too.
func (o *Office) Promotions(ctx context.Context, actor verno.Actor, programme verno.ProgrammeID, archived bool, after verno.PromotionID, limit int) ([]store.Promotion, error) {
	if _, err := o.Programme(ctx, actor, programme); err != nil {
		return nil, err
	}
	return o.Store.Reader().Promotions(ctx, actor.Tenant, programme, archived, after, page(limit))
}

// ChangePromotion writes a draft over the revision that was read. Its type stays, because what members have earned by
// it counts in the type's unit.
func (o *Office) ChangePromotion(ctx context.Context, actor verno.Actor, now time.Time, revision int64, draft verno.Promotion) (store.Promotion, error) {
	return o.promotion(ctx, actor, now, draft.ID, revision, "drafted", func(tx *store.Tx, p *store.Promotion) error {
		if draft.Type != p.Draft.Type {
			return verno.InvalidField("/type", "fixed_by_accounts")
		}
		of, err := tx.Programme(ctx, actor.Tenant, p.Programme)
		if err != nil {
			return missing(err, "programme")
		}
		p.Draft = draft
		return checkPromotion(ctx, tx.Reader, of, &p.Draft)
	})
}

// ArchivePromotion leaves a promotion out of the next version. What it has given stays given.
func (o *Office) ArchivePromotion(ctx context.Context, actor verno.Actor, now time.Time, id verno.PromotionID, revision int64) (store.Promotion, error) {
	return o.promotion(ctx, actor, now, id, revision, "archived", func(_ *store.Tx, p *store.Promotion) error {
		p.ArchivedAt = now
		return nil
	})
}

// RestorePromotion takes an archived promotion back among the drafts.
func (o *Office) RestorePromotion(ctx context.Context, actor verno.Actor, now time.Time, id verno.PromotionID, revision int64) (store.Promotion, error) {
	return o.promotion(ctx, actor, now, id, revision, "restored", func(tx *store.Tx, p *store.Promotion) error {
		of, err := tx.LockProgramme(ctx, actor.Tenant, p.Programme)
		if err != nil {
			return missing(err, "programme")
		}
		p.ArchivedAt = time.Time{}
		return room(ctx, tx, of)
	})
}

// promotion changes a draft of a revision. An archived one can only be restored.
func (o *Office) promotion(ctx context.Context, actor verno.Actor, now time.Time, id verno.PromotionID, revision int64, how string,
	fn func(tx *store.Tx, p *store.Promotion) error,
) (store.Promotion, error) {
	var p store.Promotion
	err := o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		var err error
		if p, err = tx.Promotion(ctx, actor.Tenant, id); err != nil {
			return note{}, missing(err, "promotion")
		}
		switch {
		case p.Revision != revision:
			return note{}, stale()
		case p.ArchivedAt.IsZero() == (how == "restored"):
			return note{}, verno.Conflict("promotion_archived")
		}
		if err := fn(tx, &p); err != nil {
			return note{}, err
		}
		p.UpdatedAt = now
		if err := written(tx.ChangePromotion(ctx, p)); err != nil {
			return note{}, err
		}
		p.Revision++
		return changed(id.String(), "promotion", how), nil
	})
	return p, err
}

// room sees that a programme can have one more promotion, as the rules take only so many.
func room(ctx context.Context, tx *store.Tx, of store.Programme) error {
	list, err := tx.Promotions(ctx, of.Tenant, of.Draft.ID, false, verno.PromotionID{}, promo.MaxPromotions)
	if err == nil && len(list) == promo.MaxPromotions {
		return verno.Conflict("promotions_full")
	}
	return err
}

// checkPromotion looks at a promotion alone, as the rules will together with the programme's draft, and at what it names.
// What is wrong with the programme is not the promotion's fault and is left for the publication.
func checkPromotion(ctx context.Context, r *store.Reader, of store.Programme, draft *verno.Promotion) error {
	var f verno.Faults
	if err := checkStores(ctx, r, &f, of.Tenant, draft); err != nil {
		return err
	}
	own := promo.Unmeant(draft)
	for _, p := range promo.Validate(&verno.Version{Programme: of.Draft, Promotions: []verno.Promotion{*draft}}) {
		if p.Promotion == draft.ID {
			own = append(own, p)
		}
	}
	return join(&f, own)
}
