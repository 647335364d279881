package api

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
)

// Deps are what the API shows and who does its work. All of it is made by the server.
type Deps struct {
	Till    *checkout.Till
	Members *member.Roll
	Office  *campaign.Office
	Gate    *auth.Gate
	Reader  *store.Reader
	Frame   *web.Frame
	Clock   func() time.Time
	// Prove shows that a sealed event is in the log: its leaf, the hashes from the leaf's sibling upwards, and the
	// checkpoint that signs for them.
	Prove func(ctx context.Context, tenant verno.TenantID, seq int64) (leaf []byte, path [][]byte, under store.Checkpoint, err error)
	// ProveGrowth shows that the log of one size is the beginning of the log of another.
	ProveGrowth func(ctx context.Context, tenant verno.TenantID, from, to int64) (path [][]byte, err error)
	// Ready says why Verno cannot work now, nil where it can.
	Ready   func(context.Context) error
	Metrics prometheus.Gatherer
	Limits  Limits
	Version string // of Verno
}

// Limits are the rates of requests, by class of caller. Zero values choose; a negative PerSecond sets no limit.
type Limits struct {
	Till    web.Rate // a terminal, 50 a second
	Server  web.Rate // an API key, 500
	Staff   web.Rate // a person, 50
	Public  web.Rate // an address that asks without a credential, 20
	Login   web.Rate // an address that logs in or pairs, 1, 10 at once
	Callers int      // how many callers of a class are remembered, 65536
}

// API answers /api/v1, its document and its pages.
type API struct {
	Deps
	mux        *http.ServeMux
	operations []registered
	rates      rates
	document   []byte
	errors     map[string][]byte // the page of codes, by language
}

// New makes the handler of everything that this package answers.
func New(d Deps) http.Handler {
	a := &API{Deps: d, mux: http.NewServeMux(), rates: newRates(d.Limits), errors: map[string][]byte{}}
	a.routes()
	a.document = documentOf(a.operations, d.Version)
	a.system()
	a.docPages()
	return a.mux
}

// routes lists the resources, in the order in which the document shows them.
func (a *API) routes() {
	a.identificationRoutes()
	a.nfcRoutes()
	a.pinRoutes()
	a.confirmationRoutes()
	a.quoteRoutes()
	a.checkoutRoutes()
	a.receiptRoutes()
	a.returnRoutes()
	a.replayRoutes()
	a.operationRoutes()
	a.walletRoutes()
	a.certificateRoutes()
	a.giftRoutes()
	a.couponRoutes()
	a.madeCardRoutes()
	a.cardDocumentRoutes()
	a.memberRoutes()
	a.aimRoutes()
	a.memberSearchRoutes()
	a.memberPointsRoutes()
	a.adjustmentRoutes()
	a.consentRoutes()
	a.admissionRoutes()
	a.cardRoutes()
	a.cardLinkRoutes()
	a.cardMoveRoutes()
	a.paymentCardRoutes()
	a.cardIssueRoutes()
	a.liveCodeRoutes()
	a.programmeRoutes()
	a.publishRoutes()
	a.promotionRoutes()
	a.cardTemplateRoutes()
	a.pictureRoutes()
	a.promotionTypeRoutes()
	a.newsRoutes()
	a.channelRoutes()
	a.storeRoutes()
	a.issuerRoutes()
	a.terminalRoutes()
	a.snapshotRoutes()
	a.cashierRoutes()
	a.sessionRoutes()
	a.secondFactorRoutes()
	a.staffRoutes()
	a.apiKeyRoutes()
	a.feedRoutes()
	a.checkpointRoutes()
	a.taskRoutes()
}

// Document is the OpenAPI document of a version of Verno.
func Document(version string) []byte {
	a := &API{mux: http.NewServeMux()}
	a.routes()
	return documentOf(a.operations, version)
}
