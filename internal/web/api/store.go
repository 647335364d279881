package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
)

// StoreBody is what can be said of a store.
type StoreBody struct {
	Programme  verno.ProgrammeID `json:"programme_id" doc:"Whose rules apply there."`
	Issuer     verno.IssuerID    `json:"issuer_id,omitzero" doc:"The legal entity that sells there; the programme's own where it is left out."`
	Partner    verno.PartnerID   `json:"partner_id,omitzero" doc:"The partner of a coalition that the store belongs to."`
	ExternalID string            `json:"external_id,omitempty" minLength:"1" maxLength:"100" doc:"The merchant's own identifier, unique among stores."`
	Name       string            `json:"name" minLength:"1" maxLength:"200"`
	TimeZone   string            `json:"time_zone,omitempty" maxLength:"64" example:"Asia/Yekaterinburg" doc:"IANA name; the programme's own where it is left out."`
	Address    string            `json:"address,omitempty" maxLength:"500"`
	Latitude   *int64            `json:"latitude_e6,omitempty" minimum:"-90000000" maximum:"90000000" doc:"In millionths of a degree; with longitude_e6 or not at all."`
	Longitude  *int64            `json:"longitude_e6,omitempty" minimum:"-180000000" maximum:"180000000"`
	Greeting   map[string]string `json:"greeting,omitempty" maxProperties:"10" doc:"What cards say on a locked phone near it, by language (ru, en), at most 120 letters; the design of the card speaks where it is left out."`
	Online     bool              `json:"online,omitempty" doc:"An online shop: it has a web_address and no place, and what is sold there is sold online where the sale does not say otherwise."`
	WebAddress string            `json:"web_address,omitempty" maxLength:"500" example:"https://shop.example.com" doc:"Of an online shop; it stands as a link on the back of cards."`
	Closed     bool              `json:"closed,omitempty" doc:"Nothing is sold there any more."`
}

// Store is a place that sells.
type Store struct {
	ID verno.StoreID `json:"id"`
	StoreBody
	Revision  int64     `json:"revision" doc:"Its ETag."`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func (a *API) storeRoutes() {
	handle(a, operation{route: "GET /stores", id: "list-stores", tag: "stores", summary: "List stores"}, a.listStores)
	handle(a, operation{route: "POST /stores", id: "create-store", tag: "stores", summary: "Open a store", status: 201, codes: []string{"external_id_taken"}}, a.createStore)
	handle(a, operation{route: "GET /stores/{id}", id: "get-store", tag: "stores", summary: "Read a store", codes: []string{"not_found"}}, a.getStore)
	handle(a, operation{
		route: "PUT /stores/{id}", id: "put-store", tag: "stores", summary: "Change a store", matched: true,
		detail: "What was sold there keeps what the store was then.", codes: []string{"not_found", "etag_mismatch", "etag_missing", "external_id_taken"},
	}, a.putStore)
}

const cursorStores = 's'

func (a *API) listStores(ctx context.Context, c *call, in *listRequest) (*List[Store], error) {
	at := c.list(cursorStores)
	after, err := fromCursor[verno.StoreID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Office.Places(ctx, c.actor, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(s *verno.Store) verno.StoreID { return s.ID }, showStore), nil
}

type createStoreRequest struct{ Body StoreBody }

func (a *API) createStore(ctx context.Context, c *call, in *createStoreRequest) (*Store, error) {
	return c.store(a.Office.CreateStore(ctx, c.actor, c.now, campaign.Place(in.Body)))
}

type storeRequest struct {
	ID verno.StoreID `path:"id"`
}

func (a *API) getStore(ctx context.Context, c *call, in *storeRequest) (*Store, error) {
	return c.store(a.Office.Place(ctx, c.actor, in.ID))
}

type putStoreRequest struct {
	ID   verno.StoreID `path:"id"`
	Body StoreBody
}

func (a *API) putStore(ctx context.Context, c *call, in *putStoreRequest) (*Store, error) {
	return c.store(a.Office.ChangeStore(ctx, c.actor, c.now, in.ID, c.revision, campaign.Place(in.Body)))
}

// store shows a store with its revision as its ETag.
func (c *call) store(s verno.Store, err error) (*Store, error) {
	if err != nil {
		return nil, err
	}
	c.answer.revision = s.Revision
	shown := showStore(&s)
	return &shown, nil
}

func showStore(s *verno.Store) Store {
	return Store{
		ID: s.ID,
		StoreBody: StoreBody{
			Programme: s.Programme, Issuer: s.Issuer, Partner: s.Partner, ExternalID: s.ExternalID, Name: s.Name, TimeZone: s.TimeZone,
			Address: s.Address, Latitude: s.Latitude, Longitude: s.Longitude, Greeting: s.Greeting, Online: s.Online, WebAddress: s.WebAddress, Closed: !s.ClosedAt.IsZero(),
		},
		Revision: s.Revision, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	}
}
