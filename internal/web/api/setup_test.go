package api_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/api"
)

const password = "сорок тысяч обезьян"

// bundle is a chain of shops behind a real server: one store, one till, an owner and an API key that may do all.
type bundle struct {
	t      testing.TB
	ctx    context.Context
	store  *store.Store
	gate   *auth.Gate
	roll   *member.Roll
	office *campaign.Office
	sealer *books.Sealer
	server *httptest.Server
	log    *lockedWriter

	tenant  verno.TenantID
	twin    verno.TenantID
	boss    verno.Actor
	made    campaign.Opened
	till    verno.TerminalID
	counter *checkout.Till
	key     string // may do all
	token   string // of the till

	mu  sync.Mutex
	now time.Time
	n   int
}

func each(t *testing.T, fn func(b *bundle)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Helper()
		fn(setup(t, s, unlimited))
	})
}

// adjustedDaily is how many points whoever may adjust up to a limit adjusts in a day.
const adjustedDaily = 5000

// unlimited lets tests ask as fast as they can.
var unlimited = api.Limits{Till: none, Server: none, Staff: none, Public: none, Login: none}

var none = web.Rate{PerSecond: -1}

func setup(t *testing.T, s *store.Store, limits api.Limits) *bundle {
	t.Helper()
	b := &bundle{t: t, ctx: t.Context(), store: s, log: &lockedWriter{}, now: time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	keks, err := vault.ParseKEKs(base64.StdEncoding.EncodeToString(secret))
	b.must(err)
	v, err := vault.Open(b.ctx, s, keks, b.now, vault.Options{Hashing: vault.Hashing{Memory: 64, Passes: 1, Parallel: 2}})
	b.must(err)
	ledgers := books.Open(s, b.clock, rand.Reader, func(err error) { t.Error(err) }, books.Options{})
	t.Cleanup(ledgers.Close)
	b.gate = auth.New(auth.Config{
		Store: s, Vault: v, Entropy: rand.Reader, Hashing: auth.Hashing{Memory: 64, Passes: 1, Parallel: 2},
		Record: func(ctx context.Context, tx *store.Tx, e verno.Event) error {
			return books.Record(ctx, tx, e.At, rand.Reader, e)
		},
	})
	b.roll = &member.Roll{Store: s, Books: ledgers, Vault: v, Entropy: rand.Reader, Adjusting: member.Bounds{Once: 500, Daily: adjustedDaily}}
	b.office = &campaign.Office{Store: s, Entropy: rand.Reader}
	b.sealer = books.NewSealer(s, "test", func(ctx context.Context, tenant verno.TenantID) (ed25519.PrivateKey, error) {
		signer, err := v.Signer(ctx, tenant)
		return signer.Key, err
	})
	frame := &web.Frame{
		Log: slog.New(slog.NewTextHandler(b.log, nil)), Clock: b.clock, Entropy: rand.Reader, Explain: api.Explain,
	}
	till := checkout.New(s, ledgers, v, b.clock, rand.Reader, checkout.Limits{})
	till.NFCKeys, till.CardFacts = b.gate.OpenNFCKeys, b.roll.CardFacts
	b.roll.SoldHere = till.SoldHere
	till.Issue = func(ctx context.Context, tx *store.Tx, now time.Time, c checkout.NewCard) (card.Document, error) {
		return b.roll.IssueIn(ctx, tx, now, member.CardIn(c))
	}
	b.counter = till
	b.server = httptest.NewServer(frame.Wrap(api.New(api.Deps{
		Till: till, Members: b.roll, Office: b.office, Gate: b.gate,
		Reader: s.Reader(), Frame: frame, Clock: b.clock, Prove: b.prove, ProveGrowth: b.proveGrowth, Metrics: prometheus.NewRegistry(), Limits: limits, Version: "test",
		Ready: func(ctx context.Context) error { _, err := s.Reader().Tenants(ctx); return err },
	})))
	t.Cleanup(b.server.Close)
	b.open()
	return b
}

func (b *bundle) prove(ctx context.Context, tenant verno.TenantID, seq int64) ([]byte, [][]byte, store.Checkpoint, error) {
	p, err := books.Prove(ctx, b.store.Reader(), tenant, seq)
	return p.Leaf, p.Hashes, p.Checkpoint, err
}

func (b *bundle) proveGrowth(ctx context.Context, tenant verno.TenantID, from, to int64) ([][]byte, error) {
	return books.ProveGrowth(ctx, b.store.Reader(), tenant, from, to)
}

// open makes the tenant, its store, its till and its credentials.
func (b *bundle) open() {
	var err error
	b.tenant, b.twin, err = b.gate.CreateTenant(b.ctx, "Чайка", "ru", b.now)
	b.must(err)
	_, err = b.gate.CreateOwner(b.ctx, b.tenant, auth.NewStaff{Name: "Ольга", Login: "olga@example.com", Password: password}, b.now)
	b.must(err)
	b.boss = auth.Operator(b.tenant)
	b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
		b.made, err = b.office.Bootstrap(b.ctx, tx, b.boss, b.now, campaign.Opening{
			Issuer: "ООО «Чайка»", Programme: "Чайка", Currency: "RUB", TimeZone: "Europe/Moscow", Store: "Чайка на Садовой",
		})
		return err
	}))
	t, err := b.gate.CreateTerminal(b.ctx, b.boss, auth.NewTerminal{Store: b.made.Store, Name: "Касса 1"}, b.now)
	b.must(err)
	b.till = t.ID
	pairing, err := b.gate.NewPairing(b.ctx, b.boss, b.till, b.now)
	b.must(err)
	paired, err := b.gate.Pair(b.ctx, pairing.Code, "192.0.2.1", b.now)
	b.must(err)
	b.token = paired.Token
	b.key = b.newKey(verno.RoleOwner.Permissions())
}

func (b *bundle) newKey(may verno.Permission) string {
	b.t.Helper()
	_, secret, err := b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "test", Scopes: may}, b.clock())
	b.must(err)
	return secret
}

func (b *bundle) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// clock goes on by a millisecond with each look, so that no two things happen at once.
func (b *bundle) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(time.Millisecond)
	return b.now
}

// wait lets time pass.
func (b *bundle) wait(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// unique makes a name that no other call gets.
func (b *bundle) unique(name string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
	return fmt.Sprintf("%s-%d", name, b.n)
}

// lockedWriter lets many requests log at once.
type lockedWriter struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// logged is what was logged so far.
func (b *bundle) logged() string {
	b.log.mu.Lock()
	defer b.log.mu.Unlock()
	return b.log.b.String()
}

// request is one request; what is empty is left out.
type request struct {
	do      string // method and path below /api/v1, or from / on with a leading //
	token   string
	body    any // marshalled, unless it is a string or nil
	key     string
	match   string
	session string
	lang    string
	from    string // X-Forwarded-For
	media   string // Content-Type, where that is not JSON
	accept  string
	tag     string // If-None-Match
	// emptyKey sends an Idempotency-Key of no characters.
	emptyKey bool
}

// reply is what came back.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	raw    string
	body   map[string]any
}

// ask sends a request with the key that may do all, unless it names another, and checks the answer against the document.
func (b *bundle) ask(q request) *reply {
	b.t.Helper()
	if q.token == "" {
		q.token = b.key
	}
	method, path, _ := strings.Cut(q.do, " ")
	target := api.Base + path
	if strings.HasPrefix(path, "//") {
		target = path[1:]
	}
	var body io.Reader
	switch v := q.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(v)
	default:
		raw, err := json.Marshal(v)
		b.must(err)
		body = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(b.ctx, method, b.server.URL+target, body)
	b.must(err)
	for name, value := range map[string]string{
		"Authorization": "Bearer " + q.token, "Idempotency-Key": q.key, "If-Match": q.match, api.SessionHeader: q.session,
		"Accept-Language": q.lang, "X-Forwarded-For": q.from,
	} {
		if value != "" && value != "Bearer none" {
			r.Header.Set(name, value)
		}
	}
	if q.accept != "" {
		r.Header.Set("Accept", q.accept)
	}
	if q.tag != "" {
		r.Header.Set("If-None-Match", q.tag)
	}
	if q.emptyKey {
		r.Header.Set("Idempotency-Key", "")
	}
	if body != nil {
		r.Header.Set("Content-Type", cmp.Or(q.media, "application/json"))
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	b.must(err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	b.must(err)
	out := &reply{t: b.t, status: res.StatusCode, header: res.Header, raw: string(raw)}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		b.must(json.Unmarshal(raw, &out.body))
	}
	if out.status != http.StatusNotModified {
		b.conforms(method, target, out)
	}
	return out
}

// want sees that a request was answered with a status, and with a code where that is an error.
func (r *reply) want(status int, code ...string) *reply {
	r.t.Helper()
	if r.status != status || len(code) > 0 && r.body["code"] != code[0] {
		r.t.Fatalf("got %d %s, want %d %v", r.status, r.raw, status, code)
	}
	return r
}

// at reads a part of the answer: at("lines", 0, "net").
func (r *reply) at(path ...any) any {
	r.t.Helper()
	var v any = r.body
	for _, p := range path {
		switch p := p.(type) {
		case string:
			v = v.(map[string]any)[p]
		case int:
			v = v.([]any)[p]
		}
	}
	return v
}

func (r *reply) str(path ...any) string {
	r.t.Helper()
	s, _ := r.at(path...).(string)
	return s
}

func (r *reply) num(path ...any) int64 {
	r.t.Helper()
	n, ok := r.at(path...).(float64)
	if !ok {
		r.t.Fatalf("%v is no number in %s", path, r.raw)
	}
	return int64(n)
}

var document = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromData(api.Document("v1"))
})

// conforms checks an answer of the API against what the document promises.
func (b *bundle) conforms(method, target string, r *reply) {
	b.t.Helper()
	doc, err := document()
	b.must(err)
	op := operationOf(doc, method, strings.Split(target, "?")[0])
	if op == nil {
		return
	}
	response := op.Responses.Status(r.status)
	if response == nil {
		response = op.Responses.Default()
	}
	media, _, _ := strings.Cut(r.header.Get("Content-Type"), ";")
	if len(response.Value.Content) == 0 {
		if r.raw != "" {
			b.t.Errorf("%s %s: the document promises nothing, not %s", method, target, r.raw)
		}
		return
	}
	content := response.Value.Content.Get(media)
	if content == nil {
		b.t.Errorf("%s %s: %d answers %q, which the document does not promise", method, target, r.status, media)
		return
	}
	if err := content.Schema.Value.VisitJSON(r.body, openapi3.MultiErrors()); err != nil {
		b.t.Errorf("%s %s: %d is not what the document promises: %v\n%s", method, target, r.status, err, r.raw)
	}
}

func operationOf(doc *openapi3.T, method, path string) *openapi3.Operation {
	var found *openapi3.Operation
	fixed := -1
	for template, item := range doc.Paths.Map() {
		op := item.GetOperation(method)
		if n, ok := matches(template, path); ok && op != nil && n > fixed {
			found, fixed = op, n
		}
	}
	return found
}

// matches reports whether a path is of a template, and how many of its segments are no parameters.
func matches(template, path string) (fixed int, ok bool) {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return 0, false
	}
	for i := range want {
		switch {
		case strings.HasPrefix(want[i], "{"):
		case want[i] == got[i]:
			fixed++
		default:
			return 0, false
		}
	}
	return fixed, true
}

// m is a JSON object.
type m = map[string]any

func rub(amount int64) m { return m{"amount": amount, "currency": "RUB"} }

// basket is a basket of n lines at 100.00 each.
func basket(n int) m {
	lines := make([]m, n)
	for i := range lines {
		lines[i] = m{"id": strconv.Itoa(i + 1), "sku": "4600000000017", "name": "Молоко", "quantity": "1", "price": rub(10_000), "vat": "10"}
	}
	return m{"currency": "RUB", "lines": lines}
}

// with copies an object and sets members of the copy.
func with(of m, pairs ...any) m {
	c := maps.Clone(of)
	for i := 0; i+1 < len(pairs); i += 2 {
		c[pairs[i].(string)] = pairs[i+1]
	}
	return c
}

// enrol makes a member with a card and returns it.
func (b *bundle) enrol(phone string) (id, card string) {
	b.t.Helper()
	r := b.ask(request{do: "POST /members", body: m{"first_name": "Анна", "phone": phone, "issue_card": true, "programme_id": b.made.Programme.String()}}).want(201)
	return r.str("member", "id"), r.str("cards", 0, "number")
}

// sell quotes a basket at the till and commits it with cash, with more members in the commit.
func (b *bundle) sell(key string, sale m, more ...any) *reply {
	b.t.Helper()
	q := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: sale}).want(200)
	return b.ask(request{do: "POST /checkouts/" + key + "/commit", token: b.token, key: key, body: with(b.commit(q, sale), more...)})
}

// commit is the body of a commit that repeats a quote and pays with cash.
func (b *bundle) commit(quote *reply, sale m) m {
	b.t.Helper()
	return with(sale, "totals", quote.at("totals"), "tenders", []m{{"kind": "cash", "amount": quote.at("totals", "payable")}})
}
