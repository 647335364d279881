package api

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
)

// CardTemplate is a template of cards as it is drafted.
type CardTemplate struct {
	ID         verno.TemplateID  `json:"id"`
	Programme  verno.ProgrammeID `json:"programme_id"`
	Draft      CardTemplateBody  `json:"draft"`
	Standard   bool              `json:"standard" doc:"Whoever joins is given it, and cards without a template of their own show it."`
	Published  int64             `json:"published" doc:"The number of the version in force; 0 for none."`
	Revision   int64             `json:"revision" doc:"Of the draft; its ETag."`
	Warnings   []web.Fault       `json:"warnings" doc:"What should be looked at before it is published; given for one template, not in a list."`
	ArchivedAt time.Time         `json:"archived_at,omitzero" doc:"No card is made of an archived template; those that there are stay."`
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
}

// CardTemplateVersion is a published version of a template. It never changes.
type CardTemplateVersion struct {
	VersionHead
	Template CardTemplateBody `json:"template"`
}

// CardValidation says what a publication of a template would be refused for.
type CardValidation struct {
	Valid    bool        `json:"valid"`
	Faults   []web.Fault `json:"errors"`
	Warnings []web.Fault `json:"warnings"`
}

func (a *API) cardTemplateRoutes() {
	handle(a, operation{
		route: "GET /card_kinds", id: "list-card-kinds", tag: "cards", summary: "List the kinds of card",
		detail: "With the fields that a card of a kind can show and the settings of its templates, from which forms can be made.",
	}, a.listCardKinds)
	handle(a, operation{route: "GET /programmes/{id}/card_templates", id: "list-card-templates", tag: "cards", summary: "List a programme's templates of cards", codes: []string{"not_found"}}, a.listCardTemplates)
	handle(a, operation{
		route: "POST /programmes/{id}/card_templates", id: "create-card-template", tag: "cards", summary: "Draft a template of cards", status: 201,
		detail: "Where only the kind and a name are given, it begins with the design of its kind.", codes: []string{"not_found", "templates_full"},
	}, a.createCardTemplate)
	one := []string{"not_found"}
	changes := []string{"not_found", "etag_mismatch", "etag_missing", "template_archived"}
	handle(a, operation{route: "GET /card_templates/{id}", id: "get-card-template", tag: "cards", summary: "Read a template's draft", codes: one}, a.getCardTemplate)
	handle(a, operation{route: "PUT /card_templates/{id}", id: "put-card-template", tag: "cards", summary: "Replace a template's draft", matched: true, codes: changes}, a.putCardTemplate)
	handle(a, operation{route: "POST /card_templates/{id}/archive", id: "archive-card-template", tag: "cards", summary: "Archive a template", matched: true, codes: append(changes, "template_standard")}, a.archiveCardTemplate)
	handle(a, operation{route: "POST /card_templates/{id}/restore", id: "restore-card-template", tag: "cards", summary: "Take a template out of the archive", matched: true, codes: changes}, a.restoreCardTemplate)
	handle(a, operation{
		route: "POST /card_templates/{id}/make_standard", id: "make-card-template-standard", tag: "cards", summary: "Make a template its programme's standard one",
		codes: []string{"not_found", "template_archived", "template_unpublished", "template_standard_kind"},
	}, a.makeCardTemplateStandard)
	handle(a, operation{route: "POST /card_templates/{id}/validate", id: "validate-card-template", tag: "cards", summary: "Check a template's draft", codes: one}, a.validateCardTemplate)
	handle(a, operation{
		route: "POST /card_templates/{id}/publish", id: "publish-card-template", tag: "cards", summary: "Publish a template's draft", matched: true, codes: changes,
		detail: "The cards that were issued change. Where nothing has changed, the version in force is the answer.",
	}, a.publishCardTemplate)
	handle(a, operation{
		route: "POST /card_templates/{id}/rollback", id: "rollback-card-template", tag: "cards", summary: "Publish an older version of a template again",
		detail: "The older version gets a new number; the draft stays as it is.", codes: []string{"not_found", "template_archived"},
	}, a.rollbackCardTemplate)
	handle(a, operation{route: "GET /card_templates/{id}/versions", id: "list-card-template-versions", tag: "cards", summary: "List a template's versions, newest first", codes: one}, a.listCardTemplateVersions)
	handle(a, operation{route: "GET /card_templates/{id}/versions/{number}", id: "get-card-template-version", tag: "cards", summary: "Read a version of a template", codes: one}, a.getCardTemplateVersion)
}

type cardTemplatesRequest struct {
	ID       verno.ProgrammeID `path:"id"`
	Archived bool              `query:"archived" doc:"The archived ones too."`
	Paging
}

const cursorCardTemplates = 'T'

func (a *API) listCardTemplates(ctx context.Context, c *call, in *cardTemplatesRequest) (*List[CardTemplate], error) {
	at := c.list(cursorCardTemplates, in.ID.String(), strconv.FormatBool(in.Archived))
	after, err := fromCursor[verno.TemplateID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := a.Office.Programme(ctx, c.actor, in.ID); err != nil {
		return nil, err
	}
	rows, err := a.Office.Templates(ctx, c.actor, in.ID, in.Archived, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(t *campaign.Template) verno.TemplateID { return t.ID }, showCardTemplate), nil
}

type createCardTemplateRequest struct {
	ID   verno.ProgrammeID `path:"id"`
	Body CardTemplateBody
}

func (a *API) createCardTemplate(ctx context.Context, c *call, in *createCardTemplateRequest) (*CardTemplate, error) {
	t, err := a.Office.CreateTemplate(ctx, c.actor, c.now, in.ID, in.Body.template())
	return c.cardTemplate(ctx, t, err)
}

type cardTemplateRequest struct {
	ID verno.TemplateID `path:"id"`
}

func (a *API) getCardTemplate(ctx context.Context, c *call, in *cardTemplateRequest) (*CardTemplate, error) {
	t, err := a.Office.Template(ctx, c.actor, in.ID)
	return c.cardTemplate(ctx, t, err)
}

type putCardTemplateRequest struct {
	ID   verno.TemplateID `path:"id"`
	Body CardTemplateBody
}

func (a *API) putCardTemplate(ctx context.Context, c *call, in *putCardTemplateRequest) (*CardTemplate, error) {
	t, err := a.Office.ChangeTemplate(ctx, c.actor, c.now, in.ID, c.revision, in.Body.template())
	return c.cardTemplate(ctx, t, err)
}

func (a *API) archiveCardTemplate(ctx context.Context, c *call, in *cardTemplateRequest) (*CardTemplate, error) {
	t, err := a.Office.ArchiveTemplate(ctx, c.actor, c.now, in.ID, c.revision)
	return c.cardTemplate(ctx, t, err)
}

func (a *API) restoreCardTemplate(ctx context.Context, c *call, in *cardTemplateRequest) (*CardTemplate, error) {
	t, err := a.Office.RestoreTemplate(ctx, c.actor, c.now, in.ID, c.revision)
	return c.cardTemplate(ctx, t, err)
}

func (a *API) makeCardTemplateStandard(ctx context.Context, c *call, in *cardTemplateRequest) (*CardTemplate, error) {
	t, err := a.Office.MakeStandard(ctx, c.actor, c.now, in.ID)
	return c.cardTemplate(ctx, t, err)
}

func (a *API) validateCardTemplate(ctx context.Context, c *call, in *cardTemplateRequest) (*CardValidation, error) {
	warnings, err := a.Office.ValidateTemplate(ctx, c.actor, in.ID)
	out := &CardValidation{Valid: err == nil, Faults: []web.Fault{}, Warnings: c.warnings(ctx, warnings)}
	if err == nil {
		return out, nil
	}
	e := Explain(err)
	if e.Kind != verno.KindInvalid {
		return nil, err
	}
	out.Faults = problem(ctx, e, c.lang).Errors
	return out, nil
}

type publishCardTemplateRequest struct {
	ID   verno.TemplateID `path:"id"`
	Body PublishBody
}

func (a *API) publishCardTemplate(ctx context.Context, c *call, in *publishCardTemplateRequest) (*CardTemplateVersion, error) {
	return showCardVersion(a.Office.PublishTemplate(ctx, c.actor, c.now, in.ID, c.revision, in.Body.Note))
}

type rollbackCardTemplateRequest struct {
	ID   verno.TemplateID `path:"id"`
	Body RollbackBody
}

func (a *API) rollbackCardTemplate(ctx context.Context, c *call, in *rollbackCardTemplateRequest) (*CardTemplateVersion, error) {
	return showCardVersion(a.Office.RollBackTemplate(ctx, c.actor, c.now, in.ID, in.Body.Version, in.Body.Note))
}

type cardTemplateVersionsRequest struct {
	ID verno.TemplateID `path:"id"`
	Paging
}

const cursorCardTemplateVersions = 'V'

func (a *API) listCardTemplateVersions(ctx context.Context, c *call, in *cardTemplateVersionsRequest) (*List[VersionHead], error) {
	at := c.list(cursorCardTemplateVersions, in.ID.String())
	last, err := fromCursor[[16]byte](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Office.TemplateVersions(ctx, c.actor, in.ID, int64(binary.BigEndian.Uint64(last[8:])), in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, numbered, func(h *store.VersionHead) VersionHead { return VersionHead(*h) }), nil
}

type cardTemplateVersionRequest struct {
	ID     verno.TemplateID `path:"id"`
	Number int64            `path:"number" minimum:"1" maximum:"1000000000"`
}

func (a *API) getCardTemplateVersion(ctx context.Context, c *call, in *cardTemplateVersionRequest) (*CardTemplateVersion, error) {
	return showCardVersion(a.Office.TemplateVersion(ctx, c.actor, in.ID, in.Number))
}

// cardTemplate shows a draft with its revision as its ETag.
func (c *call) cardTemplate(ctx context.Context, t campaign.Template, err error) (*CardTemplate, error) {
	if err != nil {
		return nil, err
	}
	c.answer.revision = t.Revision
	shown := showCardTemplate(&t)
	shown.Warnings = c.warnings(ctx, t.Warnings)
	return &shown, nil
}

// warnings are sentences about what should be looked at, in the language of the request.
func (c *call) warnings(ctx context.Context, list []card.Warning) []web.Fault {
	if len(list) == 0 {
		return []web.Fault{}
	}
	e := verno.Invalid("invalid_request")
	e.Fields = list
	return problem(ctx, e, c.lang).Errors
}

func showCardTemplate(t *campaign.Template) CardTemplate {
	return CardTemplate{
		ID: t.ID, Programme: t.Programme, Draft: showCardTemplateBody(&t.Drafted), Standard: t.Standard, Published: t.Published,
		Revision: t.Revision, Warnings: []web.Fault{}, ArchivedAt: t.ArchivedAt, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
}

func showCardVersion(v campaign.PublishedTemplate, err error) (*CardTemplateVersion, error) {
	if err != nil {
		return nil, err
	}
	h := v.VersionHead
	return &CardTemplateVersion{VersionHead{h.Number, h.Note, h.PublishedBy, h.PublishedAt}, showCardTemplateBody(&v.Template)}, nil
}

// CardTemplateBody is what a template says. The design is left out to begin with that of the kind.
type CardTemplateBody struct {
	Kind     string          `json:"kind" minLength:"1" maxLength:"30" example:"points" doc:"One of GET /card_kinds. It stays as it is."`
	Name     string          `json:"name" minLength:"1" maxLength:"100" doc:"For those who work with it."`
	Settings json.RawMessage `json:"settings,omitempty" doc:"Of its kind; GET /card_kinds describes them."`
	Design   CardDesign      `json:"design,omitzero"`
}
