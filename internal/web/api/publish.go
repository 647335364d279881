package api

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
)

// PublishBody puts drafts into force.
type PublishBody struct {
	Note string `json:"note,omitempty" maxLength:"500" doc:"What has changed and why, for the list of versions."`
}

// RollbackBody puts an older version into force again.
type RollbackBody struct {
	Version int64  `json:"version" minimum:"1" maximum:"1000000000"`
	Note    string `json:"note,omitempty" maxLength:"500"`
}

// Version is a published state of a programme. It never changes.
type Version struct {
	VersionHead
	Programme  ProgrammeBody        `json:"programme"`
	Promotions []PublishedPromotion `json:"promotions"`
}

// VersionHead is a version without its document.
type VersionHead struct {
	Number      int64     `json:"number"`
	Note        string    `json:"note"`
	PublishedBy string    `json:"published_by" doc:"The identifier of who published it."`
	PublishedAt time.Time `json:"published_at"`
}

// PublishedPromotion is a promotion of a version.
type PublishedPromotion struct {
	ID verno.PromotionID `json:"id"`
	PromotionBody
}

// Validation says what the rules would refuse.
type Validation struct {
	Valid  bool        `json:"valid"`
	Faults []web.Fault `json:"errors" doc:"Those of a promotion stand under /promotions/ and its id."`
}

func (a *API) publishRoutes() {
	handle(a, operation{
		route: "POST /programmes/{id}/validate", id: "validate-programme", tag: "programmes", summary: "Check a programme's drafts", codes: []string{"not_found"},
		detail: "Says what a publication of the programme and its promotions would be refused for.",
	}, a.validateProgramme)
	handle(a, operation{
		route: "POST /programmes/{id}/publish", id: "publish-programme", tag: "programmes", summary: "Publish the drafts", matched: true,
		detail: "Puts the drafts of the programme and its promotions into force as a new version. Where nothing has changed, the version in force is the answer.",
		codes:  []string{"not_found", "etag_mismatch", "etag_missing"},
	}, a.publishProgramme)
	handle(a, operation{
		route: "POST /programmes/{id}/rollback", id: "rollback-programme", tag: "programmes", summary: "Publish an older version again",
		detail: "The older version gets a new number; the drafts stay as they are.", codes: []string{"not_found"},
	}, a.rollbackProgramme)
	handle(a, operation{
		route: "GET /programmes/{id}/versions", id: "list-versions", tag: "programmes", summary: "List the versions, newest first", codes: []string{"not_found"},
	}, a.listVersions)
	handle(a, operation{
		route: "GET /programmes/{id}/versions/{number}", id: "get-version", tag: "programmes", summary: "Read a version", codes: []string{"not_found"},
	}, a.getVersion)
}

func (a *API) validateProgramme(ctx context.Context, c *call, in *programmeRequest) (*Validation, error) {
	err := a.Office.Validate(ctx, c.actor, in.ID)
	if err == nil {
		return &Validation{Valid: true}, nil
	}
	e := Explain(err)
	if e.Kind != verno.KindInvalid {
		return nil, err
	}
	return &Validation{Faults: problem(ctx, e, c.lang).Errors}, nil
}

type publishRequest struct {
	ID   verno.ProgrammeID `path:"id"`
	Body PublishBody
}

func (a *API) publishProgramme(ctx context.Context, c *call, in *publishRequest) (*Version, error) {
	v, err := a.Office.Publish(ctx, c.actor, c.now, in.ID, c.revision, in.Body.Note)
	if err != nil {
		return nil, err
	}
	return showVersion(v), nil
}

type rollbackRequest struct {
	ID   verno.ProgrammeID `path:"id"`
	Body RollbackBody
}

func (a *API) rollbackProgramme(ctx context.Context, c *call, in *rollbackRequest) (*Version, error) {
	v, err := a.Office.Rollback(ctx, c.actor, c.now, in.ID, in.Body.Version, in.Body.Note)
	if err != nil {
		return nil, err
	}
	return showVersion(v), nil
}

type versionsRequest struct {
	ID verno.ProgrammeID `path:"id"`
	Paging
}

const cursorVersions = 'n'

func (a *API) listVersions(ctx context.Context, c *call, in *versionsRequest) (*List[VersionHead], error) {
	at := c.list(cursorVersions, in.ID.String())
	last, err := fromCursor[[16]byte](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	below := int64(binary.BigEndian.Uint64(last[8:]))
	rows, err := a.Office.Versions(ctx, c.actor, in.ID, below, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, numbered, func(h *store.VersionHead) VersionHead { return VersionHead(*h) }), nil
}

// numbered is the number of a version where lists want an identifier.
func numbered(h *store.VersionHead) (id [16]byte) {
	binary.BigEndian.PutUint64(id[8:], uint64(h.Number))
	return id
}

type versionRequest struct {
	ID     verno.ProgrammeID `path:"id"`
	Number int64             `path:"number" minimum:"1" maximum:"1000000000"`
}

func (a *API) getVersion(ctx context.Context, c *call, in *versionRequest) (*Version, error) {
	v, err := a.Office.Version(ctx, c.actor, in.ID, in.Number)
	if err != nil {
		return nil, err
	}
	return showVersion(v), nil
}

func showVersion(v *verno.Version) *Version {
	shown := &Version{
		VersionHead: VersionHead{v.Number, v.Note, v.PublishedBy, v.PublishedAt}, Programme: showTerms(&v.Programme),
		Promotions: make([]PublishedPromotion, len(v.Promotions)),
	}
	for i := range v.Promotions {
		shown.Promotions[i] = PublishedPromotion{v.Promotions[i].ID, showTerm(&v.Promotions[i])}
	}
	return shown
}
