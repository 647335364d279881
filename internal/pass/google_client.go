package pass

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"

	"github.com/verno-loyalty/verno"
)

// googleIssuer speaks for one issuer: with its token, at its pace.
type googleIssuer struct {
	config     *GoogleConfig
	clock      func() time.Time
	credential verno.WalletKeyID
	id         string
	account    googleKey
	pace       *rate.Limiter

	mu      sync.Mutex // guards what follows
	token   string
	until   time.Time // the token is good
	silence time.Time // nothing is sent before
	tries   int64     // in vain, of the issuer as a whole
}

// googleCall is one call of the API.
type googleCall struct {
	method, path string // below /walletobjects/v1/
	body         any
}

// googleAnswer is what became of a call.
type googleAnswer struct {
	status int
	body   []byte
	after  time.Duration // Retry-After, zero where there was none
	err    error         // nobody knows what became of it
}

// errGoogleAccess says that Google does not take the service account for what it says.
var errGoogleAccess = errors.New("google: the service account is not let in")

const (
	googleScope      = "https://www.googleapis.com/auth/wallet_object.issuer"
	googleGrant      = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	googleTokenSpare = time.Minute // a token is renewed so long before its end
	maxGoogleAnswer  = 8 << 20
)

// do makes calls, several in one batch, each at the issuer's pace. Each call has its answer. A token that Google no longer
// takes is renewed once.
func (g *googleIssuer) do(ctx context.Context, calls []googleCall) []googleAnswer {
	answers := g.try(ctx, calls)
	var again []int
	for i := range answers {
		if answers[i].status == http.StatusUnauthorized {
			again = append(again, i)
		}
	}
	if len(again) == 0 {
		return answers
	}
	g.forget()
	repeated := make([]googleCall, len(again))
	for i, at := range again {
		repeated[i] = calls[at]
	}
	for i, a := range g.try(ctx, repeated) {
		answers[again[i]] = a
	}
	return answers
}

func (g *googleIssuer) try(ctx context.Context, calls []googleCall) []googleAnswer {
	fail := func(err error) []googleAnswer {
		answers := make([]googleAnswer, len(calls))
		for i := range answers {
			answers[i].err = err
		}
		return answers
	}
	token, err := g.bearer(ctx)
	if err != nil {
		return fail(err)
	}
	if err := g.pace.WaitN(ctx, len(calls)); err != nil {
		return fail(err)
	}
	if len(calls) > 1 {
		answers, err := g.batch(ctx, token, calls)
		if err != nil {
			return fail(err)
		}
		return answers
	}
	body, err := json.Marshal(calls[0].body)
	if err != nil {
		return fail(err)
	}
	req, err := http.NewRequestWithContext(ctx, calls[0].method, g.config.api()+googleBase+calls[0].path, bytes.NewReader(body))
	if err != nil {
		return fail(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	status, header, got, err := g.send(req)
	if err != nil {
		return fail(err)
	}
	return []googleAnswer{{status: status, body: got, after: retryAfter(header, g.clock())}}
}

const googleBase = "/walletobjects/v1/"

// send sends a request and reads its answer, within bounds. Its errors do not name the address.
func (g *googleIssuer) send(req *http.Request) (status int, header http.Header, body []byte, err error) {
	res, err := g.config.client().Do(req)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if err != nil {
		return 0, nil, nil, fmt.Errorf("google: %w", err)
	}
	defer res.Body.Close()
	body, err = io.ReadAll(io.LimitReader(res.Body, maxGoogleAnswer))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("google: read an answer: %w", err)
	}
	return res.StatusCode, res.Header, body, nil
}

// bearer gives a token that is good for a while, and asks for one where there is none.
func (g *googleIssuer) bearer(ctx context.Context) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock()
	if g.token != "" && now.Before(g.until) {
		return g.token, nil
	}
	assertion := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": g.account.Email, "scope": googleScope, "aud": g.config.token(), "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
	assertion.Header["kid"] = g.account.KeyID
	signed, err := assertion.SignedString(g.account.key)
	if err != nil {
		return "", err
	}
	form := url.Values{"grant_type": {googleGrant}, "assertion": {signed}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.config.token(), strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, _, body, err := g.send(req)
	if err != nil {
		return "", err
	}
	var granted struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
		Error   string `json:"error"`
	}
	unread := json.Unmarshal(body, &granted)
	switch {
	case status == http.StatusOK && unread == nil && granted.Token != "":
		g.token = granted.Token
		g.until = now.Add(time.Duration(min(max(granted.Seconds, 0), 3600))*time.Second - googleTokenSpare)
		return g.token, nil
	case status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden:
		return "", fmt.Errorf("%w: %d %.60q", errGoogleAccess, status, granted.Error)
	}
	return "", fmt.Errorf("google: a token is answered with %d", status)
}

func (g *googleIssuer) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.token = ""
}

// paused is before when nothing is sent.
func (g *googleIssuer) paused() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.silence
}

// heed takes note of how a slice went: after one that Google would not take nothing is sent for a while, longer each time.
func (g *googleIssuer) heed(held bool, after time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !held {
		g.tries, g.silence = 0, time.Time{}
		return
	}
	g.tries++
	g.silence = g.clock().Add(max(after, googlePause(g.tries)))
}

// retryAfter reads the header of that name, in seconds or as a date, up to an hour.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	after := time.Duration(0)
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		after = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		after = at.Sub(now)
	}
	return min(max(after, 0), time.Hour)
}

// googleFault is what an answer says is wrong: Google's reason, which is one word, and its sentence.
func (a *googleAnswer) fault() (reason, message string) {
	var body struct {
		Error struct {
			Message string `json:"message"`
			Status  string `json:"status"`
			Errors  []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	_ = json.Unmarshal(a.body, &body) // What is no JSON has no reason.
	reason = body.Error.Status
	if len(body.Error.Errors) > 0 {
		reason = body.Error.Errors[0].Reason
	}
	return reason, body.Error.Message
}
