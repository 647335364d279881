package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// PublishedTemplate is a version of a template.
type PublishedTemplate struct {
	store.VersionHead
	Template card.Template
}

// PublishTemplate makes the draft of a template its version in force, and the cards of it change. The revision is that of
// the draft, 0 for whatever it is. Where nothing has changed the version in force is the answer. Errors: not_found,
// etag_mismatch, template_archived, invalid fields.
func (o *Office) PublishTemplate(ctx context.Context, actor verno.Actor, now time.Time, id verno.TemplateID, revision int64, remark string) (PublishedTemplate, error) {
	return o.enactTemplate(ctx, actor, now, id, remark, func(tx *store.Tx, t *Template, _ map[string]string) (string, error) {
		if revision != 0 && revision != t.Revision {
			return "", stale()
		}
		return t.Draft, t.check(ctx, tx.Reader)
	})
}

// RollBackTemplate publishes an older version's document again, under a new number. The draft stays as it is.
func (o *Office) RollBackTemplate(ctx context.Context, actor verno.Actor, now time.Time, id verno.TemplateID, number int64, remark string) (PublishedTemplate, error) {
	return o.enactTemplate(ctx, actor, now, id, remark, func(tx *store.Tx, _ *Template, detail map[string]string) (string, error) {
		v, err := tx.CardTemplateVersion(ctx, actor.Tenant, id, number)
		detail["rolled_back_to"] = strconv.FormatInt(number, 10)
		return v.Document, missing(err, "version")
	})
}

func (o *Office) enactTemplate(ctx context.Context, actor verno.Actor, now time.Time, id verno.TemplateID, remark string,
	next func(tx *store.Tx, t *Template, detail map[string]string) (document string, err error),
) (PublishedTemplate, error) {
	var f verno.Faults
	if f.Text("/note", remark, 0, maxNote); f.Err() != nil {
		return PublishedTemplate{}, f.Err()
	}
	var v store.CardTemplateVersion
	err := o.write(ctx, actor, verno.MayPublish, now, func(tx *store.Tx) (note, error) {
		var t Template
		var err error
		if t.CardTemplate, err = tx.LockCardTemplate(ctx, actor.Tenant, id); err != nil {
			return note{}, missing(err, "template")
		}
		if !t.ArchivedAt.IsZero() {
			return note{}, verno.Conflict("template_archived")
		}
		if err := t.read(); err != nil {
			return note{}, err
		}
		detail := map[string]string{"what": "card_template"}
		document, err := next(tx, &t, detail)
		if err != nil {
			return note{}, err
		}
		v, err = tx.PublishedTemplate(ctx, actor.Tenant, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) || err == nil && v.Document == document {
			return note{}, err
		}
		v = version(t.Published+1, document, remark, actor.Name(), now)
		detail["number"] = strconv.FormatInt(v.Number, 10)
		return note{kind: verno.EventConfigPublished, subject: id.String(), detail: detail}, tx.PublishCardTemplate(ctx, actor.Tenant, id, v)
	})
	if err != nil {
		return PublishedTemplate{}, err
	}
	return opened(v)
}

func version(number int64, document, remark, by string, now time.Time) store.CardTemplateVersion {
	return store.CardTemplateVersion{
		VersionHead: store.VersionHead{Number: number, Note: remark, PublishedBy: by, PublishedAt: now.UTC()}, Document: document,
	}
}

func opened(v store.CardTemplateVersion) (PublishedTemplate, error) {
	p := PublishedTemplate{VersionHead: v.VersionHead}
	if err := json.Unmarshal([]byte(v.Document), &p.Template); err != nil {
		return p, fmt.Errorf("campaign: read a version of a template: %w", err)
	}
	return p, nil
}

// TemplateVersion reads a published version.
func (o *Office) TemplateVersion(ctx context.Context, actor verno.Actor, id verno.TemplateID, number int64) (PublishedTemplate, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return PublishedTemplate{}, err
	}
	v, err := o.Store.Reader().CardTemplateVersion(ctx, actor.Tenant, id, number)
	if err != nil {
		return PublishedTemplate{}, missing(err, "version")
	}
	return opened(v)
}

// TemplateVersions lists the published versions of a template, newest first, below a number (0 for all).
func (o *Office) TemplateVersions(ctx context.Context, actor verno.Actor, id verno.TemplateID, below int64, limit int) ([]store.VersionHead, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	if _, err := o.Store.Reader().CardTemplate(ctx, actor.Tenant, id); err != nil {
		return nil, missing(err, "template")
	}
	return o.Store.Reader().CardTemplateVersions(ctx, actor.Tenant, id, below, page(limit))
}

// ValidateTemplate says what a publication of the draft would be refused for, and what should be looked at.
func (o *Office) ValidateTemplate(ctx context.Context, actor verno.Actor, id verno.TemplateID) ([]card.Warning, error) {
	t, err := o.Template(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	err = t.check(ctx, o.Store.Reader())
	return t.Warnings, err
}

// MakeStandard makes a published template the one that whoever joins its programme is given, and that cards without a
// template of their own show. Errors: not_found, template_archived, template_unpublished, template_for_member where cards
// of its kind belong to nobody.
func (o *Office) MakeStandard(ctx context.Context, actor verno.Actor, now time.Time, id verno.TemplateID) (Template, error) {
	var t Template
	err := o.write(ctx, actor, verno.MayPublish, now, func(tx *store.Tx) (note, error) {
		row, err := tx.CardTemplate(ctx, actor.Tenant, id)
		if err != nil {
			return note{}, missing(err, "template")
		}
		if _, err := tx.LockProgramme(ctx, actor.Tenant, row.Programme); err != nil {
			return note{}, missing(err, "programme")
		}
		if t.CardTemplate, err = tx.LockCardTemplate(ctx, actor.Tenant, id); err != nil {
			return note{}, missing(err, "template")
		}
		k, known := card.Find(t.Kind)
		switch {
		case !t.ArchivedAt.IsZero():
			return note{}, verno.Conflict("template_archived")
		case t.Published == 0:
			return note{}, verno.Conflict("template_unpublished")
		case !known || !k.Member:
			return note{}, verno.Conflict("template_standard_kind")
		case t.Standard:
			return note{}, t.read()
		}
		before, err := tx.StandardTemplate(ctx, actor.Tenant, t.Programme)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return note{}, err
		}
		if err := tx.SetStandardTemplate(ctx, actor.Tenant, t.Programme, id); err != nil {
			return note{}, err
		}
		t.Standard = true
		if err := o.left(ctx, tx, actor, now, before); err != nil {
			return note{}, err
		}
		return note{kind: verno.EventConfigPublished, subject: id.String(), detail: map[string]string{"what": "card_template", "how": "standard", "programme": t.Programme.String()}}, t.read()
	})
	return t, err
}

// left tells that a template is the standard one no more, for the cards that have shown it.
func (o *Office) left(ctx context.Context, tx *store.Tx, actor verno.Actor, now time.Time, before store.CardTemplate) error {
	if before.ID.IsZero() {
		return nil
	}
	return books.Record(ctx, tx, now, o.Entropy, verno.Event{
		Tenant: actor.Tenant, Kind: verno.EventConfigPublished, Subject: before.ID.String(), Actor: actor.Name(),
		Detail: map[string]string{"what": "card_template", "how": "no_standard"},
	})
}

// Standardise gives a programme its standard template where it has none, as one from before there were templates. It
// returns the one that there is.
func (o *Office) Standardise(ctx context.Context, actor verno.Actor, now time.Time, programme verno.ProgrammeID) (store.CardTemplate, error) {
	found, err := o.Store.Reader().StandardTemplate(ctx, actor.Tenant, programme)
	if !errors.Is(err, store.ErrNotFound) {
		return found, err
	}
	err = o.write(ctx, actor, verno.MayWriteConfig|verno.MayPublish, now, func(tx *store.Tx) (note, error) {
		p, err := tx.LockProgramme(ctx, actor.Tenant, programme)
		if err != nil {
			return note{}, missing(err, "programme")
		}
		found, err = o.standard(ctx, tx, now, actor.Tenant, &verno.Version{Programme: p.Draft, PublishedBy: actor.Name()})
		return note{kind: verno.EventConfigPublished, subject: found.ID.String(), detail: map[string]string{"what": "card_template", "number": "1"}}, err
	})
	return found, err
}

// standard finds the standard template of a programme, or makes it, of points and in force.
func (o *Office) standard(ctx context.Context, tx *store.Tx, now time.Time, tenant verno.TenantID, v *verno.Version) (store.CardTemplate, error) {
	found, err := tx.StandardTemplate(ctx, tenant, v.Programme.ID)
	if !errors.Is(err, store.ErrNotFound) {
		return found, err
	}
	k, _ := card.Find(card.Standard)
	name := []rune(v.Programme.Name)
	t, err := o.addTemplate(ctx, tx, now, tenant, v.Programme.ID, k.Template(string(name[:min(len(name), card.MaxName)])), true)
	if err != nil {
		return t.CardTemplate, err
	}
	t.Published = 1
	return t.CardTemplate, tx.PublishCardTemplate(ctx, tenant, t.ID, version(1, t.Draft, "", v.PublishedBy, now))
}
