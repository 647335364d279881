package pass

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
)

// GoogleConfig says how Verno speaks with Google Wallet. The zero value is the real one; nothing is sent before a tenant
// has a service account.
type GoogleConfig struct {
	API       string // where classes and objects are; DefaultGoogleAPI where empty
	Token     string // where tokens come from; DefaultGoogleToken where empty
	Keys      string // the root keys of callbacks; DefaultGoogleKeys where empty
	Save      string // how save links begin; DefaultGoogleSave where empty
	PerSecond int    // calls of an issuer; DefaultGoogleRate where 0
	Client    *http.Client
	// Secret is what the code that rotates on a card is made of; nil where cards have none.
	Secret func(ctx context.Context, tenant verno.TenantID, id verno.CardID) (live []byte, machine code.Machine, err error)
}

// Where Google is, and how often it lets an issuer call.
const (
	DefaultGoogleAPI   = "https://walletobjects.googleapis.com"
	DefaultGoogleToken = "https://oauth2.googleapis.com/token" //nolint:gosec // An address, no secret.
	DefaultGoogleKeys  = "https://pay.google.com/gp/m/issuer/keys"
	DefaultGoogleSave  = "https://pay.google.com/gp/v/save/"
	DefaultGoogleRate  = 20
)

const (
	googleTimeout = 15 * time.Second // of one call
	googleSlice   = 20               // passes that are claimed and sent at once
	googleClaim   = 2 * time.Minute  // after which what was claimed and not reported is taken again
	googleLease   = time.Minute      // for which one process speaks for an issuer
	googleTurn    = 90 * time.Second // of all calls of a slice, which end before its claim does
)

// The kinds of task that Google leaves.
const (
	TaskGoogleRefused = "google_refused" // Google will not have a card as it is
	TaskGoogleAccess  = "google_access"  // Google does not let this issuer in
)

func (c *GoogleConfig) api() string   { return or(c.API, DefaultGoogleAPI) }
func (c *GoogleConfig) token() string { return or(c.Token, DefaultGoogleToken) }
func (c *GoogleConfig) keys() string  { return or(c.Keys, DefaultGoogleKeys) }

// save ends in a slash, whether it was set with one or without.
func (c *GoogleConfig) save() string {
	return strings.TrimRight(or(c.Save, DefaultGoogleSave), "/") + "/"
}

func (c *GoogleConfig) client() *http.Client {
	if c.Client != nil {
		return c.Client
	}
	return googleClient
}

var googleClient = &http.Client{
	Timeout:       googleTimeout,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// google is what a process remembers of Google: its issuers with their tokens and pace, and the root keys of callbacks.
type google struct {
	mu      sync.Mutex // guards issuers
	issuers map[verno.TenantID]*googleIssuer
	roots   googleRoots
}

// googleIssuer gives the issuer of a tenant with its key in memory. It returns store.ErrNotFound where it has none.
func (p *Passes) googleIssuer(ctx context.Context, tenant verno.TenantID) (*googleIssuer, error) {
	row, err := p.Store.Reader().WalletCredentialInUse(ctx, tenant, store.CredentialGoogle)
	if err != nil {
		return nil, err
	}
	p.google.mu.Lock()
	defer p.google.mu.Unlock()
	if known := p.google.issuers[tenant]; known != nil && known.credential == row.ID {
		return known, nil
	}
	account, err := p.openGoogle(ctx, row)
	if err != nil {
		return nil, err
	}
	perSecond := p.Google.PerSecond
	if perSecond == 0 {
		perSecond = DefaultGoogleRate
	}
	fresh := &googleIssuer{
		config: &p.Google, clock: p.Clock, credential: row.ID, id: row.Name, account: account,
		pace: rate.NewLimiter(rate.Limit(perSecond), max(perSecond, googleSlice)),
	}
	if p.google.issuers == nil {
		p.google.issuers = map[verno.TenantID]*googleIssuer{}
	}
	p.google.issuers[tenant] = fresh
	return fresh, nil
}

// TellGoogle is a job's turn: it tells Google of the passes that are due, tenant by tenant, until none is left. Of several
// processes one speaks for an issuer. What Google does not take now stays due; nothing is lost and nothing waits for it.
func (p *Passes) TellGoogle(ctx context.Context) error {
	tenants, err := p.Store.Reader().GoogleTenants(ctx)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		for more := true; more && ctx.Err() == nil; {
			turn, failed := p.tellGoogle(ctx, tenant)
			more, err = turn, errors.Join(err, failed)
		}
	}
	return err
}

// tellGoogle tells of a slice of a tenant's passes and says whether there may be more that can be told at once.
func (p *Passes) tellGoogle(ctx context.Context, tenant verno.TenantID) (more bool, err error) {
	issuer, err := p.googleIssuer(ctx, tenant)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open the Google credential of %s: %w", tenant, err)
	}
	now := p.Clock()
	if now.Before(issuer.paused()) {
		return false, nil
	}
	claim := verno.FromMicros(verno.Micros(now.Add(googleClaim)))
	var claimed []store.Pass
	err = p.Store.WriteLow(ctx, func(tx *store.Tx) (err error) {
		claimed = nil
		mine, err := tx.Lease(ctx, "google "+tenant.String(), p.Holder, verno.Micros(now), verno.Micros(now.Add(googleLease)))
		if err != nil || !mine {
			return err
		}
		claimed, err = tx.ClaimGoogle(ctx, tenant, now, claim, googleSlice)
		return err
	})
	if err != nil || len(claimed) == 0 {
		return false, err
	}
	works := make([]*googleWork, 0, len(claimed))
	for i := range claimed {
		w, err := p.googleWork(ctx, issuer, claimed[i], now)
		if err != nil {
			p.Log.Warn("a card could not be drawn for Google and will be tried again", "card", claimed[i].Card, "error", err)
			w = &googleWork{pass: claimed[i], outcome: googleLater, wait: googlePause(8)}
		}
		works = append(works, w)
	}
	limited, cancel := context.WithTimeout(ctx, googleTurn)
	defer cancel()
	if err := p.runGoogle(limited, issuer, works, now); err != nil {
		return false, err
	}
	return len(claimed) == googleSlice, p.reportGoogle(ctx, issuer, works, claim)
}

// googlePause is how long to wait after a number of tries in vain: from a second up to ten minutes, of which up to half
// is chance, so that those who waited together do not come back together.
func googlePause(tries int64) time.Duration {
	const longest = 10 * time.Minute
	pause := min(time.Second<<min(max(tries, 0), 10), longest)
	return pause/2 + rand.N(pause/2) //nolint:gosec // Only to part those who wait.
}

// GoogleClassOf is the name of the class that Google has for a kind of card.
func googleClassOf(kind string) card.Class {
	if k, ok := card.Find(kind); ok {
		return k.Class
	}
	return card.ClassGeneric
}
