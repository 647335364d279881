package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// IssuerBody is what can be said of a legal entity.
type IssuerBody struct {
	Name  string `json:"name" minLength:"1" maxLength:"200"`
	TaxID string `json:"tax_id,omitempty" maxLength:"30"`
}

// Issuer is a legal entity: it sells in its stores and owes the stored money of its customers.
type Issuer struct {
	ID verno.IssuerID `json:"id"`
	IssuerBody
	CreatedAt time.Time `json:"created_at"`
}

// PartnerBody is what can be said of a company of a coalition.
type PartnerBody struct {
	Name       string `json:"name" minLength:"1" maxLength:"200"`
	ExternalID string `json:"external_id,omitempty" minLength:"1" maxLength:"100" doc:"The merchant's own identifier, unique among partners."`
}

// Partner is a company of a coalition.
type Partner struct {
	ID verno.PartnerID `json:"id"`
	PartnerBody
	CreatedAt time.Time `json:"created_at"`
}

func (a *API) issuerRoutes() {
	handle(a, operation{route: "GET /issuers", id: "list-issuers", tag: "stores", summary: "List legal entities"}, a.listIssuers)
	handle(a, operation{route: "POST /issuers", id: "create-issuer", tag: "stores", summary: "Add a legal entity", status: 201}, a.createIssuer)
	handle(a, operation{route: "PUT /issuers/{id}", id: "put-issuer", tag: "stores", summary: "Rename a legal entity", codes: []string{"not_found"}}, a.putIssuer)
	handle(a, operation{route: "GET /partners", id: "list-partners", tag: "stores", summary: "List partners"}, a.listPartners)
	handle(a, operation{route: "POST /partners", id: "create-partner", tag: "stores", summary: "Add a partner", status: 201, codes: []string{"external_id_taken"}}, a.createPartner)
}

const (
	cursorIssuers  = 'i'
	cursorPartners = 'a'
)

func (a *API) listIssuers(ctx context.Context, c *call, in *listRequest) (*List[Issuer], error) {
	at := c.list(cursorIssuers)
	after, err := fromCursor[verno.IssuerID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Office.Issuers(ctx, c.actor, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(i *store.Issuer) verno.IssuerID { return i.ID }, showIssuer), nil
}

type createIssuerRequest struct{ Body IssuerBody }

func (a *API) createIssuer(ctx context.Context, c *call, in *createIssuerRequest) (*Issuer, error) {
	i, err := a.Office.CreateIssuer(ctx, c.actor, c.now, in.Body.Name, in.Body.TaxID)
	if err != nil {
		return nil, err
	}
	shown := showIssuer(&i)
	return &shown, nil
}

type putIssuerRequest struct {
	ID   verno.IssuerID `path:"id"`
	Body IssuerBody
}

func (a *API) putIssuer(ctx context.Context, c *call, in *putIssuerRequest) (*Issuer, error) {
	i, err := a.Office.RenameIssuer(ctx, c.actor, c.now, in.ID, in.Body.Name, in.Body.TaxID)
	if err != nil {
		return nil, err
	}
	shown := showIssuer(&i)
	return &shown, nil
}

func showIssuer(i *store.Issuer) Issuer {
	return Issuer{i.ID, IssuerBody{i.Name, i.TaxID}, i.CreatedAt}
}

func (a *API) listPartners(ctx context.Context, c *call, in *listRequest) (*List[Partner], error) {
	at := c.list(cursorPartners)
	after, err := fromCursor[verno.PartnerID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Office.Partners(ctx, c.actor, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(p *store.Partner) verno.PartnerID { return p.ID }, showPartner), nil
}

type createPartnerRequest struct{ Body PartnerBody }

func (a *API) createPartner(ctx context.Context, c *call, in *createPartnerRequest) (*Partner, error) {
	p, err := a.Office.CreatePartner(ctx, c.actor, c.now, in.Body.Name, in.Body.ExternalID)
	if err != nil {
		return nil, err
	}
	shown := showPartner(&p)
	return &shown, nil
}

func showPartner(p *store.Partner) Partner {
	return Partner{p.ID, PartnerBody{p.Name, p.ExternalID}, p.CreatedAt}
}
