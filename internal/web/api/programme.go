package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// ProgrammeBody is the draft of a programme's terms.
type ProgrammeBody struct {
	Name     string         `json:"name" minLength:"1" maxLength:"200"`
	Issuer   verno.IssuerID `json:"issuer_id" doc:"The legal entity that owes stored money."`
	Currency money.Currency `json:"currency" minLength:"3" maxLength:"3" example:"RUB"`
	TimeZone string         `json:"time_zone" minLength:"1" maxLength:"64" example:"Europe/Moscow" doc:"IANA name, for stores that name none."`
	Points   PointsTerms    `json:"points"`
	Levels   LevelTerms     `json:"levels,omitzero" required:"false"`
	Classes  []ClassTerms   `json:"goods_classes,omitempty" maxItems:"10" doc:"What goods of a class are barred from, beyond what the law bars."`
	// Whether plastic goes on working is a question of trust in tills, and so the merchant's.
	PlasticEnds bool        `json:"plastic_ends,omitempty" doc:"A plastic card is dead once its owner has moved it into the phone; where it is left out the old number goes on working."`
	PaidIn      PaidInTerms `json:"paid_in,omitzero" required:"false"`
}

// PaidInTerms bound what is paid in at once.
type PaidInTerms struct {
	TopUp       money.Amount `json:"top_up,omitempty" minimum:"0" maximum:"1000000000000" doc:"The most of a top-up, minor units; 100,000 units of the currency where it is left out."`
	Certificate money.Amount `json:"certificate,omitempty" minimum:"0" maximum:"1000000000000" doc:"The most that a gift certificate may be worth, minor units; 15,000 units of the currency where it is left out."`
}

// PointsTerms say what points are worth and how they may be spent.
type PointsTerms struct {
	Scale         int            `json:"scale" minimum:"0" maximum:"3" doc:"Decimal places. It stays as it is once points were given."`
	Value         Ratio          `json:"value" doc:"Minor units of money for one smallest unit of points."`
	MaxShare      money.Percent  `json:"max_share" maxLength:"7" example:"50" doc:"The most of a receipt that points may pay, in percent."`
	MaxShareLine  money.Percent  `json:"max_share_line" maxLength:"7" example:"100" doc:"The most of a line."`
	MinSpend      money.Points   `json:"min_spend,omitempty" minimum:"0" maximum:"1000000000000" doc:"The fewest points that may be spent at once."`
	StaticDaily   money.Points   `json:"static_daily,omitempty" minimum:"0" maximum:"1000000000000" doc:"The most points a day that a static code may spend."`
	PendingSecond int64          `json:"pending_seconds,omitempty" minimum:"0" maximum:"31622400" doc:"Before earned points may be spent."`
	Expiry        ExpiryTerms    `json:"expiry"`
	Rounding      money.Rounding `json:"rounding,omitempty" maxLength:"10" enum:"down,half_up,half_even,up" doc:"Of earned points, where the promotion names none; down where it is left out."`
}

// Ratio is a rate of two integers.
type Ratio struct {
	Num int64 `json:"num" minimum:"1" maximum:"1000000"`
	Den int64 `json:"den" minimum:"1" maximum:"1000000"`
}

// ExpiryTerms say how long points live.
type ExpiryTerms struct {
	Kind   string `json:"kind" maxLength:"20" enum:"never,after_days,after_months,end_of_year,on_date"`
	Number int    `json:"number,omitempty" minimum:"0" maximum:"36500" doc:"Days or months; for end_of_year the years after the current one."`
	Grace  int    `json:"grace,omitempty" minimum:"0" maximum:"366" doc:"Days added."`
	Date   string `json:"date,omitempty" maxLength:"10" format:"date" doc:"The last day of life, for on_date."`
}

// LevelTerms say which levels there are and over which window spend is counted.
type LevelTerms struct {
	WindowMonths int     `json:"window_months,omitempty" minimum:"0" maximum:"36" doc:"Calendar months before the current one that count with it; 0 counts for life."`
	Levels       []Level `json:"levels,omitempty" maxItems:"50" doc:"By rising threshold."`
}

// Level is a level of members, reached by spend.
type Level struct {
	ID   string       `json:"id" minLength:"1" maxLength:"100"`
	Name string       `json:"name" minLength:"1" maxLength:"200"`
	From money.Amount `json:"from" minimum:"0" maximum:"1000000000000" doc:"Spend in the window, minor units."`
}

// ClassTerms say what goods of a class are barred from.
type ClassTerms struct {
	Class      verno.GoodsClass `json:"class" maxLength:"20" enum:"tobacco,prescription,alcohol,baby_formula,gift_card"`
	NoDiscount bool             `json:"no_discount,omitempty"`
	NoRedeem   bool             `json:"no_redeem,omitempty"`
	NoEarn     bool             `json:"no_earn,omitempty"`
}

// Programme is a programme as it is drafted.
type Programme struct {
	ID        verno.ProgrammeID `json:"id"`
	Draft     ProgrammeBody     `json:"draft"`
	Revision  int64             `json:"revision" doc:"Of the draft; its ETag."`
	Published int64             `json:"published_version" doc:"Number of the version in force; 0 for none."`
	CreatedAt time.Time         `json:"created_at"`
	UpdatedAt time.Time         `json:"updated_at"`
}

func (a *API) programmeRoutes() {
	handle(a, operation{route: "GET /programmes", id: "list-programmes", tag: "programmes", summary: "List programmes"}, a.listProgrammes)
	handle(a, operation{
		route: "POST /programmes", id: "create-programme", tag: "programmes", summary: "Draft a programme", status: 201,
		detail: "Nothing applies at a till before it is published.",
	}, a.createProgramme)
	handle(a, operation{route: "GET /programmes/{id}", id: "get-programme", tag: "programmes", summary: "Read a programme's draft", codes: []string{"not_found"}}, a.getProgramme)
	handle(a, operation{
		route: "PUT /programmes/{id}", id: "put-programme", tag: "programmes", summary: "Replace a programme's draft", matched: true,
		codes: []string{"not_found", "etag_mismatch", "etag_missing"},
	}, a.putProgramme)
}

type listRequest struct{ Paging }

const cursorProgrammes = 'g'

func (a *API) listProgrammes(ctx context.Context, c *call, in *listRequest) (*List[Programme], error) {
	at := c.list(cursorProgrammes)
	after, err := fromCursor[verno.ProgrammeID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Office.Programmes(ctx, c.actor, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(p *store.Programme) verno.ProgrammeID { return p.Draft.ID }, showProgramme), nil
}

type createProgrammeRequest struct{ Body ProgrammeBody }

func (a *API) createProgramme(ctx context.Context, c *call, in *createProgrammeRequest) (*Programme, error) {
	return c.programme(a.Office.CreateProgramme(ctx, c.actor, c.now, in.Body.draft(verno.ProgrammeID{})))
}

type programmeRequest struct {
	ID verno.ProgrammeID `path:"id"`
}

func (a *API) getProgramme(ctx context.Context, c *call, in *programmeRequest) (*Programme, error) {
	return c.programme(a.Office.Programme(ctx, c.actor, in.ID))
}

type putProgrammeRequest struct {
	ID   verno.ProgrammeID `path:"id"`
	Body ProgrammeBody
}

func (a *API) putProgramme(ctx context.Context, c *call, in *putProgrammeRequest) (*Programme, error) {
	return c.programme(a.Office.ChangeProgramme(ctx, c.actor, c.now, c.revision, in.Body.draft(in.ID)))
}

// programme shows a draft with its revision as its ETag.
func (c *call) programme(p store.Programme, err error) (*Programme, error) {
	if err != nil {
		return nil, err
	}
	c.answer.revision = p.Revision
	shown := showProgramme(&p)
	return &shown, nil
}

func (b *ProgrammeBody) draft(id verno.ProgrammeID) verno.Programme {
	p := verno.Programme{
		ID: id, Name: b.Name, Issuer: b.Issuer, Currency: b.Currency, TimeZone: b.TimeZone,
		Points: verno.PointsTerms{
			Scale: b.Points.Scale, Value: money.Ratio(b.Points.Value), MaxShare: b.Points.MaxShare, MaxShareLine: b.Points.MaxShareLine,
			MinSpend: b.Points.MinSpend, StaticDaily: b.Points.StaticDaily, PendingSecond: b.Points.PendingSecond,
			Expiry: verno.ExpiryTerms(b.Points.Expiry), Rounding: b.Points.Rounding,
		},
		Levels: verno.LevelTerms{WindowMonths: b.Levels.WindowMonths}, PlasticEnds: b.PlasticEnds,
		PaidIn: verno.PaidInTerms(b.PaidIn),
	}
	for _, l := range b.Levels.Levels {
		p.Levels.Levels = append(p.Levels.Levels, verno.Level(l))
	}
	for _, t := range b.Classes {
		p.Classes = append(p.Classes, verno.ClassTerms(t))
	}
	return p
}

func showTerms(p *verno.Programme) ProgrammeBody {
	b := ProgrammeBody{
		Name: p.Name, Issuer: p.Issuer, Currency: p.Currency, TimeZone: p.TimeZone,
		Points: PointsTerms{
			Scale: p.Points.Scale, Value: Ratio(p.Points.Value), MaxShare: p.Points.MaxShare, MaxShareLine: p.Points.MaxShareLine,
			MinSpend: p.Points.MinSpend, StaticDaily: p.Points.StaticDaily, PendingSecond: p.Points.PendingSecond,
			Expiry: ExpiryTerms(p.Points.Expiry), Rounding: p.Points.Rounding,
		},
		Levels: LevelTerms{WindowMonths: p.Levels.WindowMonths}, PlasticEnds: p.PlasticEnds,
		PaidIn: PaidInTerms(p.PaidIn),
	}
	for _, l := range p.Levels.Levels {
		b.Levels.Levels = append(b.Levels.Levels, Level(l))
	}
	for _, t := range p.Classes {
		b.Classes = append(b.Classes, ClassTerms(t))
	}
	return b
}

func showProgramme(p *store.Programme) Programme {
	return Programme{p.Draft.ID, showTerms(&p.Draft), p.Revision, p.Published, p.CreatedAt, p.UpdatedAt}
}
