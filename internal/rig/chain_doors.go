package rig

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/internal/web/site"
)

// DoorsBase is where a made-up chain lets everybody in who has its key.
const DoorsBase = "/demo/"

// Doors log a visitor in with one click: as the owner at the desk, as a cashier at a till, and as the chain's best guest
// on a card. They are mounted by the demo alone. Whoever opens them must know the key, which was drawn for this run.
type Doors struct {
	Server   *server.Server
	Told     Told
	Key      string
	Login    string
	Password string

	mu   sync.Mutex
	till string // the token of the till, which is paired once
}

// doors are the faces, each with where it begins and the cookies that open it.
var doors = map[string]struct {
	to   string
	open func(d *Doors, ctx context.Context, address string) ([]site.Cookie, error)
}{
	"desk": {"/desk/", (*Doors).desk},
	"till": {"/till/", (*Doors).cashier},
	"card": {"/c/", (*Doors).card},
}

// Address is what opens a face: desk, till or card.
func (d *Doors) Address(base, face string) string { return base + DoorsBase + face + "?key=" + d.Key }

// ServeHTTP opens a face, sets its cookies and goes on to it.
func (d *Doors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	door, ok := doors[strings.TrimPrefix(r.URL.Path, DoorsBase)]
	if !ok || r.Method != http.MethodGet || subtle.ConstantTimeCompare([]byte(r.URL.Query().Get("key")), []byte(d.Key)) != 1 {
		http.NotFound(w, r)
		return
	}
	cookies, err := door.open(d, r.Context(), r.RemoteAddr)
	if err != nil {
		http.Error(w, verno.AsError(err).Code, http.StatusInternalServerError)
		return
	}
	for _, c := range cookies {
		c.Encrypted = r.TLS != nil
		site.SetCookie(w, c)
	}
	http.Redirect(w, r, door.to, http.StatusSeeOther)
}

func (d *Doors) desk(ctx context.Context, address string) ([]site.Cookie, error) {
	opened, err := d.Server.Gate.Login(ctx, auth.Login{Login: d.Login, Password: d.Password, Address: address}, d.Server.Now())
	return []site.Cookie{{Name: "verno_desk", Value: opened.Token, Path: "/desk", Seconds: 12 * 3600}}, err
}

// cashier gives this browser a till of the first shop; the cashier is chosen there.
func (d *Doors) cashier(ctx context.Context, address string) ([]site.Cookie, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	gate, now := d.Server.Gate, d.Server.Now()
	if d.till == "" {
		code, err := gate.NewPairing(ctx, auth.Operator(d.Told.Tenant), d.Told.Terminal, now)
		if err != nil {
			return nil, err
		}
		paired, err := gate.Pair(ctx, code.Code, address, now)
		if err != nil {
			return nil, err
		}
		d.till = paired.Token
	}
	return []site.Cookie{{Name: "verno_till", Value: d.till, Path: "/till", Seconds: 12 * 3600}}, nil
}

func (d *Doors) card(ctx context.Context, _ string) ([]site.Cookie, error) {
	cards, err := d.Server.Roll.Cards(ctx, auth.Operator(d.Told.Tenant), d.Told.Best)
	if err != nil || len(cards) == 0 {
		return nil, verno.NotFound("not_found").With("thing", "card").Because(err)
	}
	token, err := d.Server.Roll.OpenSession(ctx, d.Told.Tenant, d.Told.Best, cards[0].ID, "demo", d.Server.Now())
	return []site.Cookie{{Name: "verno_card", Value: token, Path: "/c", Seconds: 12 * 3600}}, err
}
