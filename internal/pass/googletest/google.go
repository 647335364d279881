package googletest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Google is one that runs.
type Google struct {
	URL    string
	Issuer string // the only one that it knows
	Email  string // of the service account
	Clock  func() time.Time
	Rate   int // calls that it takes of a second of its clock; 0 for any number

	key  *rsa.PrivateKey   // of the service account
	root *ecdsa.PrivateKey // of callbacks

	mu     sync.Mutex
	kept   map[resource]map[string]map[string]any
	spoken map[string][]time.Time // notifications, by what they are and of which object
	calls  []string
	faults []Fault
	tokens map[string]time.Time
	count  int // of tokens
	second time.Time
	taken  int // calls of that second
	batch  int // requests with several calls
}

// Fault is how a call fails.
type Fault struct {
	Match      string // a part of what Calls would say; empty for any call
	Status     int    // 0 closes the connection instead of an answer
	Reason     string // Google's word for it
	RetryAfter string
	Taken      bool // the call is taken all the same, and only its answer is lost
}

// New starts one that ends with its test.
func New(tb testing.TB, clock func() time.Time) *Google {
	tb.Helper()
	g := &Google{
		Issuer: "3388000000012345678", Email: "verno@example.iam.gserviceaccount.com", Clock: clock,
		kept: map[resource]map[string]map[string]any{}, spoken: map[string][]time.Time{}, tokens: map[string]time.Time{},
		key: accountKey(), root: newKey(),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", g.token)
	mux.HandleFunc("GET /keys", g.keys)
	mux.HandleFunc("POST /batch", g.serveBatch)
	mux.HandleFunc("/walletobjects/v1/", g.serveOne)
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	g.URL = server.URL
	return g
}

// accountKey is made once: drawing one takes longer than most tests.
var accountKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("googletest: " + err.Error())
	}
	return key
})

// ServiceAccount is the file that Google's console gives for download.
func (g *Google) ServiceAccount() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(g.key)
	if err != nil {
		panic("googletest: " + err.Error())
	}
	file, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "verno", "private_key_id": "k1", "client_email": g.Email,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"token_uri":   g.URL + "/token",
	})
	if err != nil {
		panic("googletest: " + err.Error())
	}
	return file
}

// Fail makes the next calls fail, each by the first fault that matches it, which is used up.
func (g *Google) Fail(faults ...Fault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, faults...)
}

// Heal forgets the faults that did not come to pass.
func (g *Google) Heal() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = nil
}

// ExpireTokens makes every token that was given out worthless.
func (g *Google) ExpireTokens() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.tokens)
}

// Calls are the calls that came, in their order, those of batches one by one, such as "PATCH loyaltyObject/3388.x".
func (g *Google) Calls() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.calls)
}

// Forget forgets the calls that came.
func (g *Google) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls, g.batch = nil, 0
}

// Batches is how many requests brought several calls.
func (g *Google) Batches() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.batch
}

// Find finds a class or an object by its kind, such as loyaltyObject, and a part of its ID; nil where there is none.
func (g *Google) Find(kind, part string) map[string]any {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, _ := resourceOf(kind)
	for id, body := range g.kept[r] {
		if strings.Contains(id, part) {
			return maps.Clone(body)
		}
	}
	return nil
}

// Count is how many there are of a kind.
func (g *Google) Count(kind string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, _ := resourceOf(kind)
	return len(g.kept[r])
}

// Spoken is how often people were notified of an object: of changes of it, and of messages.
func (g *Google) Spoken(id string) (changes, messages int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.spoken["change "+id]), len(g.spoken["message "+id])
}

// answer is what a call is answered with.
type answer struct {
	status int
	body   any
	after  string
	lost   bool // the connection breaks instead
}

func refuse(status int, reason, message string) answer {
	return answer{status: status, body: map[string]any{"error": map[string]any{
		"code": status, "message": message, "errors": []any{map[string]any{"message": message, "domain": "global", "reason": reason}},
	}}}
}

// serveOne answers a call that came alone.
func (g *Google) serveOne(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	a := g.one(r, r.Header.Get("Authorization"), body)
	if a.lost {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if a.after != "" {
		w.Header().Set("Retry-After", a.after)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, text(a.body))
}

// one takes a call: token, pace, faults, and then the call itself.
func (g *Google) one(r *http.Request, bearer string, raw []byte) answer {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := strings.TrimPrefix(r.URL.Path, "/walletobjects/v1/")
	said := r.Method + " " + at
	g.calls = append(g.calls, said)
	if until, ok := g.tokens[strings.TrimPrefix(bearer, "Bearer ")]; !ok || !g.Clock().Before(until) {
		return refuse(http.StatusUnauthorized, "authError", "Request had invalid authentication credentials.")
	}
	if g.Rate > 0 && g.overPace() {
		a := refuse(http.StatusTooManyRequests, "rateLimitExceeded", "Rate Limit Exceeded")
		a.after = "1"
		return a
	}
	i := slices.IndexFunc(g.faults, func(f Fault) bool { return strings.Contains(said, f.Match) })
	if i < 0 {
		return g.handle(r.Method, at, raw)
	}
	fault := g.faults[i]
	g.faults = slices.Delete(g.faults, i, i+1)
	if fault.Taken {
		g.handle(r.Method, at, raw)
	}
	if fault.Status == 0 {
		return answer{lost: true}
	}
	a := refuse(fault.Status, fault.Reason, "a fault that was asked for: "+fault.Reason)
	a.after = fault.RetryAfter
	return a
}

func (g *Google) overPace() bool {
	second := g.Clock().Truncate(time.Second)
	if !second.Equal(g.second) {
		g.second, g.taken = second, 0
	}
	g.taken++
	return g.taken > g.Rate
}

// handle does what a call says.
func (g *Google) handle(method, at string, raw []byte) answer {
	parts := strings.Split(at, "/")
	if method == http.MethodGet && at == "issuer/"+g.Issuer {
		return answer{status: http.StatusOK, body: map[string]any{"issuerId": g.Issuer, "name": "Verno"}}
	}
	r, ok := resourceOf(parts[0])
	if !ok || len(parts) > 3 {
		return refuse(http.StatusNotFound, "notFound", "no such method: "+at)
	}
	var body map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if method != http.MethodGet {
		if err := d.Decode(&body); err != nil {
			return refuse(http.StatusBadRequest, "parseError", err.Error())
		}
	}
	switch {
	case method == http.MethodPost && len(parts) == 1:
		return g.insert(r, body)
	case method == http.MethodPatch && len(parts) == 2:
		return g.patch(r, parts[1], body)
	case method == http.MethodGet && len(parts) == 2:
		if had := g.kept[r][parts[1]]; had != nil {
			return answer{status: http.StatusOK, body: had}
		}
		return refuse(http.StatusNotFound, "resourceNotFound", parts[1]+" not found")
	case method == http.MethodPost && len(parts) == 3 && parts[2] == "addMessage":
		return g.addMessage(r, parts[1], body)
	}
	return refuse(http.StatusMethodNotAllowed, "methodNotAllowed", method+" "+at)
}
