package pass

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// DefaultPushURL is where Apple takes notifications. Those of passes go there always, never to the sandbox.
const DefaultPushURL = "https://api.push.apple.com"

// PushCredential is what Apple knows a merchant by: the certificate that signs the passes, or a key that signs tokens.
type PushCredential struct {
	ID          string // tells one credential from another
	Certificate *tls.Certificate
	Key         *ecdsa.PrivateKey
	KeyID, Team string // of the key
}

const (
	// apnsStreams is how many notifications of a credential are under way at once. Apple lets a connection have 1,000.
	apnsStreams = 500
	// tokenLife is how long a token is shown: Apple wants it changed once an hour, and no more often than each tokenRest.
	tokenLife = 40 * time.Minute
	tokenRest = 20 * time.Minute
)

// apns is one connection to Apple. It is made when it is first needed, kept, and made anew when it breaks.
type apns struct {
	transport *http.Transport
	base      *url.URL
	streams   chan struct{}
	tokens    *pushTokens
	clock     func() time.Time
	header    *atomic.Pointer[knownHeader]
}

func newAPNs(c AppleConfig, credential *PushCredential, clock func() time.Time) apns {
	base, err := url.Parse(or(c.PushURL, DefaultPushURL))
	if err != nil || base.Scheme != "https" { // Nothing of it goes over the network in the clear.
		base = &url.URL{Scheme: "https", Host: "invalid"}
	}
	// The connection comes encrypted, from a dialer of ours, which is why HTTP/2 is to be spoken on it as it is.
	only := &http.Protocols{}
	only.SetUnencryptedHTTP2(true)
	encrypted := &tls.Config{RootCAs: c.PushRoots, MinVersion: tls.VersionTLS12}
	a := apns{base: base, streams: make(chan struct{}, apnsStreams), clock: clock, header: &atomic.Pointer[knownHeader]{}}
	if credential.Certificate != nil {
		encrypted.Certificates = []tls.Certificate{*credential.Certificate}
	} else {
		a.tokens = &pushTokens{credential: credential, clock: clock}
	}
	a.transport = &http.Transport{
		Protocols:          only,
		DialTLSContext:     dialGathering(encrypted),
		MaxConnsPerHost:    1, // Without it each of the first requests would open its own.
		IdleConnTimeout:    time.Hour,
		DisableCompression: true,
		HTTP2: &http.HTTP2Config{
			MaxEncoderHeaderTableSize:   1, // Each notification has another path: Apple wants it not to be indexed.
			StrictMaxConcurrentRequests: true,
			SendPingTimeout:             30 * time.Second,
			PingTimeout:                 15 * time.Second,
		},
	}
	return a
}

// take waits for room on the connection, unless the context ends first. Whoever got it gives it back.
func (a *apns) take(ctx context.Context) bool {
	select {
	case a.streams <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (a *apns) give() { <-a.streams }

// emptyBody is all that a notification of a pass says: that there is something new.
var emptyBody = []byte("{}")

func openEmptyBody() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(emptyBody)), nil }

// push sends one notification. Where Apple finds the token too old, it is sent once more with another.
func (a *apns) push(ctx context.Context, topic, token string) answered {
	if a.tokens == nil {
		return a.send(ctx, topic, token, "")
	}
	bearer, err := a.tokens.current()
	if err != nil {
		return answered{err: err}
	}
	got := a.send(ctx, topic, token, bearer)
	if got.reason != "ExpiredProviderToken" || !a.tokens.drop(bearer) {
		return got
	}
	if bearer, err = a.tokens.current(); err != nil {
		return answered{err: err}
	}
	return a.send(ctx, topic, token, bearer)
}

// headers are those of all notifications of a topic, until there is another token. Nobody writes to them.
func (a *apns) headers(topic, bearer string) http.Header {
	of := topicHeader{topic, bearer}
	if known := a.header.Load(); known != nil && known.topicHeader == of {
		return known.header
	}
	header := http.Header{
		"Apns-Topic": {topic}, "Apns-Push-Type": {"background"}, "Apns-Priority": {"5"}, "Apns-Expiration": {"0"},
	}
	if bearer != "" {
		header["Authorization"] = []string{"bearer " + bearer}
	}
	a.header.Store(&knownHeader{of, header})
	return header
}

// topicHeader is what the headers of notifications depend on, and knownHeader those that were made last.
type topicHeader struct{ topic, bearer string }

type knownHeader struct {
	topicHeader

	header http.Header
}

func (a *apns) send(ctx context.Context, topic, token, bearer string) answered {
	header := a.headers(topic, bearer)
	body, _ := openEmptyBody()
	to := *a.base
	to.Path = "/3/device/" + token
	r := (&http.Request{
		Method: http.MethodPost, URL: &to, Host: to.Host, Header: header,
		Body: body, GetBody: openEmptyBody, ContentLength: int64(len(emptyBody)),
	}).WithContext(ctx)
	got, err := a.transport.RoundTrip(r)
	if err != nil {
		return answered{err: err}
	}
	defer got.Body.Close()
	if got.StatusCode == http.StatusOK {
		return answered{status: got.StatusCode}
	}
	return readAnswer(got, a.clock())
}

// answered is what Apple answered to a notification.
type answered struct {
	status     int
	reason     string
	since      time.Time // of a device that is gone: since when Apple knows; zero where it does not say
	retryAfter time.Duration
	err        error // where there was no answer
}

func readAnswer(got *http.Response, now time.Time) answered {
	const enough = 4 << 10
	a := answered{status: got.StatusCode}
	var body struct {
		Reason string `json:"reason"`
		Since  int64  `json:"timestamp"` // milliseconds
	}
	if text, err := io.ReadAll(io.LimitReader(got.Body, enough)); err == nil && json.Unmarshal(text, &body) == nil {
		a.reason = body.Reason
		if body.Since > 0 {
			a.since = time.UnixMilli(body.Since)
		}
	}
	a.retryAfter = retryAfter(got.Header, now)
	return a
}

// unregistered says that the device will never hear again: the pass was taken off it, or it never was a device. One that
// has registered itself since Apple found it gone has come back, though Apple may not know yet.
func (a *answered) unregistered(registered time.Time) bool {
	switch {
	case a.err != nil:
		return false
	case a.status == http.StatusGone:
		return a.since.IsZero() || !registered.After(a.since)
	}
	return a.status == http.StatusBadRequest && a.reason == "BadDeviceToken"
}

// ours says that it is the credential that Apple does not take, so that no device will hear until that is mended. That a
// device named a token of something else (DeviceTokenNotForTopic) is its own fault: whoever has a card may name any.
func (a *answered) ours() bool {
	return a.err == nil && (a.status == http.StatusForbidden || a.reason == "BadTopic" || a.reason == "TopicDisallowed" ||
		a.reason == "MissingTopic" || a.reason == "BadCertificateEnvironment")
}

// oneDevice says that only this device is told too often.
func (a *answered) oneDevice() bool {
	return a.err == nil && a.status == http.StatusTooManyRequests && a.reason == "TooManyRequests"
}

// hopeless says that trying again would not help.
func (a *answered) hopeless() bool {
	return a.status >= 400 && a.status < 500 && a.status != http.StatusTooManyRequests && !a.ours()
}

// pushTokens are the tokens that a key signs, each for a while.
type pushTokens struct {
	credential *PushCredential
	clock      func() time.Time

	mu    sync.Mutex
	token string
	at    time.Time
}

func (t *pushTokens) current() (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock().Round(0) // What Apple sees is the time of day, also where this machine slept or its clock was set.
	if age := now.Sub(t.at); t.token != "" && age >= 0 && age < tokenLife {
		return t.token, nil
	}
	if t.credential.Key == nil {
		return "", errors.New("pass: a credential for notifications has neither a certificate nor a key")
	}
	made := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": t.credential.Team, "iat": now.Unix()})
	made.Header["kid"] = t.credential.KeyID
	token, err := made.SignedString(t.credential.Key)
	if err != nil {
		return "", fmt.Errorf("sign a token for Apple: %w", err)
	}
	t.token, t.at = token, now
	return token, nil
}

// drop gives up a token that Apple finds too old, unless it is so new that Apple would not have another, and says whether
// there will be another.
func (t *pushTokens) drop(token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == token && t.clock().Round(0).Sub(t.at) >= tokenRest {
		t.token = ""
	}
	return t.token != token
}
