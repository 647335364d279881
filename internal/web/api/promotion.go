package api

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// PromotionBody is the draft of a promotion: a head that all types share, and the settings of its type.
type PromotionBody struct {
	Name      string          `json:"name" minLength:"1" maxLength:"200"`
	Type      string          `json:"type" minLength:"1" maxLength:"50" example:"points_by_amount" doc:"One of GET /promotion_types. It stays as it is."`
	Active    bool            `json:"active"`
	Priority  int             `json:"priority,omitempty" minimum:"-1000" maximum:"1000" doc:"Higher goes first."`
	Exclusive bool            `json:"exclusive,omitempty" doc:"Where it gives a discount on a line, no other promotion may."`
	Group     string          `json:"group,omitempty" maxLength:"100" doc:"Of the promotions of a group, the best for the member applies alone."`
	Audience  Audience        `json:"audience,omitzero"`
	Schedule  Schedule        `json:"schedule,omitzero"`
	Goods     Goods           `json:"goods,omitzero"`
	MinBasket money.Amount    `json:"min_basket,omitempty" minimum:"0" maximum:"1000000000000" doc:"Sum of the goods that it looks at, before discounts; minor units."`
	Limits    PromotionLimits `json:"limits,omitzero"`
	Condition string          `json:"condition,omitempty" maxLength:"1000" doc:"An expression that says yes or no; left out for yes."`
	Settings  json.RawMessage `json:"settings,omitempty" doc:"Of its type; GET /promotion_types has their schemas."`
}

// Audience says for whom a promotion is; left out for every member.
type Audience struct {
	Anonymous bool     `json:"anonymous,omitempty" doc:"Also for those who show no card."`
	Levels    []string `json:"levels,omitempty" maxItems:"100" maxLength:"100" doc:"Any of these levels; empty for all."`
	Tags      []string `json:"tags,omitempty" maxItems:"100" maxLength:"100" doc:"Any of these tags; empty for all."`

	MinPoints money.Points `json:"min_points,omitempty" minimum:"0" maximum:"1000000000000" doc:"At least so many points that may be spent before the purchase; smallest units. 0 for any."`
}

// Schedule says when and where; left out for always and everywhere.
type Schedule struct {
	From     *time.Time      `json:"from,omitempty"`
	Until    *time.Time      `json:"until,omitempty" doc:"Not included."`
	Weekdays []int           `json:"weekdays,omitempty" maxItems:"7" minimum:"1" maximum:"7" uniqueItems:"true" doc:"1 Monday … 7 Sunday; empty for all."`
	Hours    []Hours         `json:"hours,omitempty" maxItems:"20" doc:"In the store's zone; empty for all day."`
	Stores   []verno.StoreID `json:"stores,omitempty" maxItems:"5000" doc:"Empty for all."`
}

// Hours is a part of a day.
type Hours struct {
	From  string `json:"from" minLength:"5" maxLength:"5" example:"16:00"`
	Until string `json:"until" minLength:"5" maxLength:"5" example:"18:00" doc:"Not included; one before from runs past midnight."`
}

// Goods says which lines a promotion looks at; left out for all.
type Goods struct {
	Categories       []string `json:"categories,omitempty" maxItems:"1000" maxLength:"200" doc:"A category means itself and all below it."`
	SKUs             []string `json:"skus,omitempty" maxItems:"10000" maxLength:"200"`
	ExceptCategories []string `json:"except_categories,omitempty" maxItems:"1000" maxLength:"200"`
	ExceptSKUs       []string `json:"except_skus,omitempty" maxItems:"10000" maxLength:"200"`
}

// PromotionLimits bound the uses of a promotion; 0 or left out for no limit.
type PromotionLimits struct {
	PerMember    int64 `json:"per_member,omitempty" minimum:"0" maximum:"1000000000000"`
	PerMemberDay int64 `json:"per_member_day,omitempty" minimum:"0" maximum:"1000000000000"`
	Total        int64 `json:"total,omitempty" minimum:"0" maximum:"1000000000000"`
	Budget       int64 `json:"budget,omitempty" minimum:"0" maximum:"1000000000000" doc:"Minor units of discounts, or points, that it may give in all."`
	ReturnsGive  bool  `json:"returns_give,omitempty" doc:"Whether a whole return gives the use back."`
}

// Promotion is a promotion as it is drafted.
type Promotion struct {
	ID         verno.PromotionID `json:"id"`
	Programme  verno.ProgrammeID `json:"programme_id"`
	Draft      PromotionBody     `json:"draft"`
	Revision   int64             `json:"revision" doc:"Of the draft; its ETag."`
	ArchivedAt time.Time         `json:"archived_at,omitzero" doc:"An archived promotion is left out of the next version."`
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
}

func (a *API) promotionRoutes() {
	handle(a, operation{route: "GET /programmes/{id}/promotions", id: "list-promotions", tag: "promotions", summary: "List a programme's promotions"}, a.listPromotions)
	handle(a, operation{
		route: "POST /programmes/{id}/promotions", id: "create-promotion", tag: "promotions", summary: "Draft a promotion", status: 201,
		detail: "It is checked at once. Nothing applies at a till before the programme is published.", codes: []string{"not_found"},
	}, a.createPromotion)
	handle(a, operation{route: "GET /promotions/{id}", id: "get-promotion", tag: "promotions", summary: "Read a promotion's draft", codes: []string{"not_found"}}, a.getPromotion)
	changes := []string{"not_found", "etag_mismatch", "etag_missing", "promotion_archived"}
	handle(a, operation{route: "PUT /promotions/{id}", id: "put-promotion", tag: "promotions", summary: "Replace a promotion's draft", matched: true, codes: changes}, a.putPromotion)
	handle(a, operation{
		route: "POST /promotions/{id}/archive", id: "archive-promotion", tag: "promotions", summary: "Archive a promotion", matched: true, codes: changes,
		detail: "It is left out of the next version. What it has given stays given.",
	}, a.archivePromotion)
	handle(a, operation{route: "POST /promotions/{id}/restore", id: "restore-promotion", tag: "promotions", summary: "Take a promotion out of the archive", matched: true, codes: changes}, a.restorePromotion)
}

type promotionsRequest struct {
	ID       verno.ProgrammeID `path:"id"`
	Archived bool              `query:"archived" doc:"The archived ones too."`
	Paging
}

const cursorPromotions = 'p'

func (a *API) listPromotions(ctx context.Context, c *call, in *promotionsRequest) (*List[Promotion], error) {
	at := c.list(cursorPromotions, in.ID.String(), strconv.FormatBool(in.Archived))
	after, err := fromCursor[verno.PromotionID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Office.Promotions(ctx, c.actor, in.ID, in.Archived, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(p *store.Promotion) verno.PromotionID { return p.Draft.ID }, showPromotion), nil
}

type createPromotionRequest struct {
	ID   verno.ProgrammeID `path:"id"`
	Body PromotionBody
}

func (a *API) createPromotion(ctx context.Context, c *call, in *createPromotionRequest) (*Promotion, error) {
	return c.promotion(a.Office.CreatePromotion(ctx, c.actor, c.now, in.ID, in.Body.draft(verno.PromotionID{})))
}

type promotionRequest struct {
	ID verno.PromotionID `path:"id"`
}

func (a *API) getPromotion(ctx context.Context, c *call, in *promotionRequest) (*Promotion, error) {
	return c.promotion(a.Office.Promotion(ctx, c.actor, in.ID))
}

type putPromotionRequest struct {
	ID   verno.PromotionID `path:"id"`
	Body PromotionBody
}

func (a *API) putPromotion(ctx context.Context, c *call, in *putPromotionRequest) (*Promotion, error) {
	return c.promotion(a.Office.ChangePromotion(ctx, c.actor, c.now, c.revision, in.Body.draft(in.ID)))
}

func (a *API) archivePromotion(ctx context.Context, c *call, in *promotionRequest) (*Promotion, error) {
	return c.promotion(a.Office.ArchivePromotion(ctx, c.actor, c.now, in.ID, c.revision))
}

func (a *API) restorePromotion(ctx context.Context, c *call, in *promotionRequest) (*Promotion, error) {
	return c.promotion(a.Office.RestorePromotion(ctx, c.actor, c.now, in.ID, c.revision))
}

// promotion shows a draft with its revision as its ETag.
func (c *call) promotion(p store.Promotion, err error) (*Promotion, error) {
	if err != nil {
		return nil, err
	}
	c.answer.revision = p.Revision
	shown := showPromotion(&p)
	return &shown, nil
}

func (b *PromotionBody) draft(id verno.PromotionID) verno.Promotion {
	p := verno.Promotion{
		ID: id, Name: b.Name, Type: b.Type, Active: b.Active, Priority: b.Priority, Exclusive: b.Exclusive, Group: b.Group,
		Audience: verno.Audience(b.Audience), Goods: verno.Goods(b.Goods), MinBasket: b.MinBasket, Limits: verno.Limits(b.Limits),
		Condition: b.Condition, Settings: b.Settings,
		Schedule: verno.Schedule{From: b.Schedule.From, Until: b.Schedule.Until, Weekdays: b.Schedule.Weekdays, Stores: b.Schedule.Stores},
	}
	for _, h := range b.Schedule.Hours {
		p.Schedule.Hours = append(p.Schedule.Hours, verno.Hours(h))
	}
	return p
}

func showTerm(p *verno.Promotion) PromotionBody {
	b := PromotionBody{
		Name: p.Name, Type: p.Type, Active: p.Active, Priority: p.Priority, Exclusive: p.Exclusive, Group: p.Group,
		Audience: Audience(p.Audience), Goods: Goods(p.Goods), MinBasket: p.MinBasket, Limits: PromotionLimits(p.Limits),
		Condition: p.Condition, Settings: p.Settings,
		Schedule: Schedule{From: p.Schedule.From, Until: p.Schedule.Until, Weekdays: p.Schedule.Weekdays, Stores: p.Schedule.Stores},
	}
	for _, h := range p.Schedule.Hours {
		b.Schedule.Hours = append(b.Schedule.Hours, Hours(h))
	}
	return b
}

func showPromotion(p *store.Promotion) Promotion {
	return Promotion{p.Draft.ID, p.Programme, showTerm(&p.Draft), p.Revision, p.ArchivedAt, p.CreatedAt, p.UpdatedAt}
}
