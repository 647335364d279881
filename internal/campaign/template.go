package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// maxTemplates is how many templates a programme has at most, the archived among them.
const maxTemplates = 200

// Template is a template of cards as it is drafted.
type Template struct {
	store.CardTemplate
	Drafted  card.Template
	Warnings []card.Warning // what should be looked at before it is published
}

// CreateTemplate makes a template of a programme as a draft. Where only its kind and name are given it begins with the
// design of its kind. Errors: not_found, invalid fields, templates_full.
func (o *Office) CreateTemplate(ctx context.Context, actor verno.Actor, now time.Time, programme verno.ProgrammeID, draft card.Template) (Template, error) {
	var t Template
	err := o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		if _, err := tx.LockProgramme(ctx, actor.Tenant, programme); err != nil {
			return note{}, missing(err, "programme")
		}
		var err error
		t, err = o.addTemplate(ctx, tx, now, actor.Tenant, programme, draft, false)
		return changed(t.ID.String(), "card_template", "created"), err
	})
	return t, err
}

func (o *Office) addTemplate(ctx context.Context, tx *store.Tx, now time.Time, tenant verno.TenantID, programme verno.ProgrammeID,
	draft card.Template, standard bool,
) (Template, error) {
	list, err := tx.CardTemplates(ctx, tenant, programme, true, verno.TemplateID{}, maxTemplates)
	if err != nil {
		return Template{}, err
	}
	if len(list) == maxTemplates {
		return Template{}, verno.Conflict("templates_full")
	}
	if k, ok := card.Find(draft.Kind); ok && draft.Settings == nil && draft.Design.Front == nil {
		draft = k.Template(draft.Name)
	}
	t := Template{Drafted: draft, CardTemplate: store.CardTemplate{
		Tenant: tenant, ID: verno.NewID[verno.TemplateID](now, o.Entropy), Programme: programme, Kind: draft.Kind, Name: draft.Name,
		Standard: standard, Revision: 1, CreatedAt: now, UpdatedAt: now,
	}}
	if err := t.check(ctx, tx.Reader); err != nil {
		return t, err
	}
	t.Draft = text(draft)
	return t, tx.InsertCardTemplate(ctx, t.CardTemplate)
}

// check looks at a draft and at the pictures that it names.
func (t *Template) check(ctx context.Context, r *store.Reader) error {
	var broken error
	warnings, err := card.Check(&t.Drafted, func(hash string) bool {
		there, err := r.HasPicture(ctx, t.Tenant, hash)
		if err != nil {
			broken = err
		}
		return there
	})
	t.Warnings = warnings
	if len(t.Drafted.Design.Looks) > 0 {
		p, missing := r.Programme(ctx, t.Tenant, t.Programme)
		broken = errors.Join(broken, missing)
		t.Warnings = append(t.Warnings, t.Drafted.Design.Unworn(p.Draft.Levels.Levels)...)
	}
	return errors.Join(broken, err)
}

// read opens the draft of a row.
func (t *Template) read() error {
	if err := json.Unmarshal([]byte(t.Draft), &t.Drafted); err != nil {
		return fmt.Errorf("campaign: read a template of cards: %w", err)
	}
	return nil
}

// Template reads a draft, with what should be looked at.
func (o *Office) Template(ctx context.Context, actor verno.Actor, id verno.TemplateID) (Template, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return Template{}, err
	}
	row, err := o.Store.Reader().CardTemplate(ctx, actor.Tenant, id)
	if err != nil {
		return Template{}, missing(err, "template")
	}
	t := Template{CardTemplate: row}
	if err := t.read(); err != nil {
		return t, err
	}
	if err := t.check(ctx, o.Store.Reader()); err != nil && verno.AsError(err).Kind != verno.KindInvalid {
		return t, err // What is wrong with a draft is not wrong with reading it.
	}
	return t, nil
}

// Templates lists a programme's templates by ID, those of all programmes for the zero one; with archived the archived too.
func (o *Office) Templates(ctx context.Context, actor verno.Actor, programme verno.ProgrammeID, archived bool, after verno.TemplateID, limit int) ([]Template, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	rows, err := o.Store.Reader().CardTemplates(ctx, actor.Tenant, programme, archived, after, page(limit))
	list := make([]Template, len(rows))
	for i := range rows {
		list[i].CardTemplate = rows[i]
		if err == nil {
			err = list[i].read()
		}
	}
	return list, err
}

// ChangeTemplate writes a draft over the revision that was read. Its kind stays, because cards were made of it. Errors:
// not_found, etag_mismatch, template_archived, invalid fields.
func (o *Office) ChangeTemplate(ctx context.Context, actor verno.Actor, now time.Time, id verno.TemplateID, revision int64, draft card.Template) (Template, error) {
	return o.template(ctx, actor, now, id, revision, "drafted", func(tx *store.Tx, t *Template) error {
		if draft.Kind != t.Kind {
			return verno.InvalidField("/kind", "fixed_by_accounts")
		}
		t.Drafted, t.Name = draft, draft.Name
		if err := t.check(ctx, tx.Reader); err != nil {
			return err
		}
		t.Draft = text(draft)
		return nil
	})
}

// ArchiveTemplate keeps a template from being issued; its cards stay as they are. Errors: as ChangeTemplate, and
// template_standard.
func (o *Office) ArchiveTemplate(ctx context.Context, actor verno.Actor, now time.Time, id verno.TemplateID, revision int64) (Template, error) {
	return o.template(ctx, actor, now, id, revision, "archived", func(_ *store.Tx, t *Template) error {
		if t.Standard {
			return verno.Conflict("template_standard")
		}
		t.ArchivedAt = now
		return nil
	})
}

// RestoreTemplate takes an archived template back.
func (o *Office) RestoreTemplate(ctx context.Context, actor verno.Actor, now time.Time, id verno.TemplateID, revision int64) (Template, error) {
	return o.template(ctx, actor, now, id, revision, "restored", func(_ *store.Tx, t *Template) error {
		t.ArchivedAt = time.Time{}
		return nil
	})
}

// template changes a draft of a revision. An archived one can only be restored.
func (o *Office) template(ctx context.Context, actor verno.Actor, now time.Time, id verno.TemplateID, revision int64, how string,
	fn func(tx *store.Tx, t *Template) error,
) (Template, error) {
	var t Template
	err := o.write(ctx, actor, verno.MayWriteConfig, now, func(tx *store.Tx) (note, error) {
		var err error
		if t.CardTemplate, err = tx.LockCardTemplate(ctx, actor.Tenant, id); err != nil {
			return note{}, missing(err, "template")
		}
		switch {
		case t.Revision != revision:
			return note{}, stale()
		case t.ArchivedAt.IsZero() == (how == "restored"):
			return note{}, verno.Conflict("template_archived")
		}
		if err := t.read(); err != nil {
			return note{}, err
		}
		if err := fn(tx, &t); err != nil {
			return note{}, err
		}
		t.UpdatedAt = now
		if err := written(tx.ChangeCardTemplate(ctx, t.CardTemplate)); err != nil {
			return note{}, err
		}
		t.Revision++
		return changed(id.String(), "card_template", how), nil
	})
	return t, err
}
