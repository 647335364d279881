package campaign

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// CreateIssuer adds a legal entity, which sells in its stores and owes the stored money of its customers. The tax number
// may be empty.
func (o *Office) CreateIssuer(ctx context.Context, actor verno.Actor, now time.Time, name, taxID string) (store.Issuer, error) {
	i := store.Issuer{Tenant: actor.Tenant, ID: verno.NewID[verno.IssuerID](now, o.Entropy), Name: name, TaxID: taxID, CreatedAt: now}
	err := o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		return changed(i.ID.String(), "issuer", "created"), addIssuer(ctx, tx, i)
	})
	return i, err
}

func addIssuer(ctx context.Context, tx *store.Tx, i store.Issuer) error {
	if err := checkIssuer(i); err != nil {
		return err
	}
	return tx.InsertIssuer(ctx, i)
}

// RenameIssuer changes a legal entity's name and tax number.
func (o *Office) RenameIssuer(ctx context.Context, actor verno.Actor, now time.Time, id verno.IssuerID, name, taxID string) (store.Issuer, error) {
	var i store.Issuer
	err := o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		var err error
		if i, err = tx.Issuer(ctx, actor.Tenant, id); err != nil {
			return note{}, missing(err, "issuer")
		}
		i.Name, i.TaxID = name, taxID
		if err := checkIssuer(i); err != nil {
			return note{}, err
		}
		_, err = tx.ChangeIssuer(ctx, i)
		return changed(id.String(), "issuer", "changed"), err
	})
	return i, err
}

func checkIssuer(i store.Issuer) error {
	var f verno.Faults
	f.Text("/name", i.Name, 1, verno.MaxTextLength)
	f.Text("/tax_id", i.TaxID, 0, maxTaxID)
	return f.Err()
}

const maxTaxID = 30

// Issuers lists legal entities by ID.
func (o *Office) Issuers(ctx context.Context, actor verno.Actor, after verno.IssuerID, limit int) ([]store.Issuer, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	return o.Store.Reader().Issuers(ctx, actor.Tenant, after, page(limit))
}

// CreatePartner adds a company of a coalition. The external id may be empty.
func (o *Office) CreatePartner(ctx context.Context, actor verno.Actor, now time.Time, name, externalID string) (store.Partner, error) {
	p := store.Partner{Tenant: actor.Tenant, ID: verno.NewID[verno.PartnerID](now, o.Entropy), Name: name, ExternalID: externalID, CreatedAt: now}
	var f verno.Faults
	f.Text("/name", name, 1, verno.MaxTextLength)
	f.Text("/external_id", externalID, 0, maxExternal)
	if err := f.Err(); err != nil {
		return p, err
	}
	err := o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		free, err := tx.InsertPartner(ctx, p)
		if err == nil && !free {
			err = taken(externalID)
		}
		return changed(p.ID.String(), "partner", "created"), err
	})
	return p, err
}

// Partners lists partners by ID.
func (o *Office) Partners(ctx context.Context, actor verno.Actor, after verno.PartnerID, limit int) ([]store.Partner, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	return o.Store.Reader().Partners(ctx, actor.Tenant, after, page(limit))
}
