package api

import (
	"net/http"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/web"
)

// guard finds out who asks, whether he asks too often and whether he may.
func (a *API) guard(w http.ResponseWriter, r *http.Request, may row) (*call, error) {
	c := &call{now: a.Clock(), lang: web.Lang(r), from: a.Frame.Address(r)}
	if may.public {
		bucket := a.rates.public
		if may.login {
			bucket = a.rates.login
		}
		return c, bucket.Take(w.Header(), c.from, c.now)
	}
	credential, err := credentialOf(r)
	if err == nil {
		c.credential = credential
		c.actor, err = a.Gate.Authenticate(r.Context(), credential, c.now)
	}
	if err != nil {
		if Explain(err).Kind != verno.KindUnauthorised {
			return nil, err
		}
		if often := a.rates.public.Take(w.Header(), c.from, c.now); often != nil {
			return nil, often // Whoever guesses credentials does not even hear that they are wrong.
		}
		return nil, err
	}
	web.Attribute(r.Context(), c.actor.Name())
	if err := a.rates.of(c.actor).Take(w.Header(), c.actor.Name(), c.now); err != nil {
		return nil, err
	}
	return c, c.actor.Require(may.may)
}

// SessionHeader carries a cashier's session beside the token of the till.
const SessionHeader = "Verno-Session"

// maxToken is how long a credential may be; none of ours comes near.
const maxToken = 512

// credentialOf reads the Authorization header and the session beside it.
func credentialOf(r *http.Request) (auth.Credential, error) {
	var c auth.Credential
	invalid := verno.Unauthorised("credential_invalid")
	if values := r.Header["Authorization"]; len(values) > 0 {
		scheme, token, ok := strings.Cut(values[0], " ")
		if len(values) > 1 || !ok || !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > maxToken {
			return c, invalid
		}
		c.Bearer = token
	}
	if values := r.Header[SessionHeader]; len(values) > 0 {
		if len(values) > 1 || values[0] == "" || len(values[0]) > maxToken {
			return c, invalid
		}
		c.Session = values[0]
	}
	return c, nil
}

// rates are the buckets of the classes of caller.
type rates struct{ till, server, staff, public, login *web.Buckets }

func newRates(l Limits) rates {
	most := l.Callers
	if most == 0 {
		most = 1 << 16
	}
	class := func(given web.Rate, perSecond, burst int) *web.Buckets {
		switch {
		case given.PerSecond < 0:
			return nil
		case given.PerSecond == 0:
			given = web.Rate{PerSecond: perSecond, Burst: burst}
		}
		return web.NewBuckets(given, most)
	}
	return rates{
		till: class(l.Till, 50, 200), server: class(l.Server, 500, 2000), staff: class(l.Staff, 50, 200),
		public: class(l.Public, 20, 100), login: class(l.Login, 1, 10),
	}
}

func (r *rates) of(a verno.Actor) *web.Buckets {
	switch {
	case !a.APIKey.IsZero():
		return r.server
	case !a.Terminal.IsZero() && a.Staff.IsZero():
		return r.till
	default:
		return r.staff
	}
}
