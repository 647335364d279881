package campaign

import (
	"context"
	"encoding/json"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// Opening is what a chain begins with.
type Opening struct {
	Issuer          string // the legal entity
	TaxID           string
	Programme       string
	Currency        money.Currency
	TimeZone        string
	Store           string
	StoreExternalID string
}

// Opened is what was made of it.
type Opened struct {
	Issuer    verno.IssuerID
	Programme verno.ProgrammeID
	Promotion verno.PromotionID
	Store     verno.StoreID
	Template  verno.TemplateID // of its cards
	Version   *verno.Version
}

// Bootstrap makes and publishes all that a tenant needs to sell: a legal entity, a programme that gives five percent of
// what is paid in whole points, each worth one unit of the currency, what its cards look like, and a store. It runs in the
// caller's transaction, in which the tenant may just have been made.
func (o *Office) Bootstrap(ctx context.Context, tx *store.Tx, actor verno.Actor, now time.Time, opening Opening) (Opened, error) {
	if err := actor.Require(verno.MayWriteConfig | verno.MayPublish | verno.MayManageStores); err != nil {
		return Opened{}, err
	}
	tenant, err := tx.Tenant(ctx, actor.Tenant)
	if err != nil {
		return Opened{}, missing(err, "tenant")
	}
	made := Opened{
		Issuer: verno.NewID[verno.IssuerID](now, o.Entropy), Programme: verno.NewID[verno.ProgrammeID](now, o.Entropy),
		Promotion: verno.NewID[verno.PromotionID](now, o.Entropy), Store: verno.NewID[verno.StoreID](now, o.Entropy),
	}
	err = addIssuer(ctx, tx, store.Issuer{
		Tenant: tenant.ID, ID: made.Issuer, Name: opening.Issuer, TaxID: opening.TaxID, CreatedAt: now,
	})
	if err != nil {
		return Opened{}, err
	}
	programme := store.Programme{Tenant: tenant.ID, Draft: usual(made, opening), Revision: 1, CreatedAt: now, UpdatedAt: now}
	if err := addProgramme(ctx, tx, programme); err != nil {
		return Opened{}, err
	}
	err = addPromotion(ctx, tx, programme, store.Promotion{
		Tenant: tenant.ID, Programme: made.Programme, Draft: fivePercent(made.Promotion, tenant.Language),
		Revision: 1, CreatedAt: now, UpdatedAt: now,
	})
	if err != nil {
		return Opened{}, err
	}
	s := verno.Store{Tenant: tenant.ID, ID: made.Store, Revision: 1, CreatedAt: now}
	place := Place{Programme: made.Programme, Name: opening.Store, ExternalID: opening.StoreExternalID}
	if err := o.addStore(ctx, tx, now, &s, place); err != nil {
		return Opened{}, err
	}
	if made.Version, err = drafted(ctx, tx.Reader, programme); err != nil {
		return Opened{}, err
	}
	made.Version.Number, made.Version.PublishedAt, made.Version.PublishedBy = 1, now.UTC(), actor.Name()
	if err := o.enact(ctx, tx, now, tenant.ID, made.Version); err != nil {
		return Opened{}, err
	}
	standard, err := tx.StandardTemplate(ctx, tenant.ID, made.Programme)
	if err != nil {
		return Opened{}, err
	}
	made.Template = standard.ID
	return made, o.record(ctx, tx, actor, now, note{
		kind: verno.EventConfigPublished, subject: made.Programme.String(), detail: map[string]string{"number": "1"},
	})
}

// usual is the programme that a chain begins with.
func usual(made Opened, opening Opening) verno.Programme {
	return verno.Programme{
		ID: made.Programme, Name: opening.Programme, Issuer: made.Issuer, Currency: opening.Currency, TimeZone: opening.TimeZone,
		Points: UsualPoints(opening.Currency),
	}
}

// UsualPoints are the terms that a programme begins with: whole points that never lapse, each worth one unit of the
// currency, which pay up to half of a receipt; a copied code can spend few of them.
func UsualPoints(in money.Currency) verno.PointsTerms {
	worth := int64(1)
	for range in.Exponent() {
		worth *= 10
	}
	return verno.PointsTerms{
		Value: money.Ratio{Num: worth, Den: 1}, MaxShare: half, MaxShareLine: money.Full,
		StaticDaily: 300, Expiry: verno.ExpiryTerms{Kind: "never"},
	}
}

const half money.Percent = 5_000

// fivePercent is the promotion that a programme begins with.
func fivePercent(id verno.PromotionID, language string) verno.Promotion {
	p := verno.Promotion{
		ID: id, Name: "5% in points", Type: "points_by_amount", Active: true, Settings: json.RawMessage(`{"percent":"5"}`),
	}
	if language == "ru" {
		p.Name = "5 % баллами"
	}
	return p
}
