package wallet_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/wallet"
)

const (
	typeOfPass = "pass.example.verno"
	pushToken  = `{"pushToken":"0123456789abcdef0123456789abcdef"}`
)

// service is a web service with two passes.
type service struct {
	t      *testing.T
	store  *store.Store
	passes *pass.Passes
	tenant verno.TenantID
	one    store.Pass
	other  store.Pass
	url    string
	log    *journal
}

// journal is a log that is written while it is read.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func eachService(t *testing.T, fn func(t *testing.T, b *service)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { fn(t, newService(t, s)) })
}

func newService(t *testing.T, s *store.Store) *service {
	t.Helper()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	keys, err := vault.ParseKEKs(base64.StdEncoding.EncodeToString(key))
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), s, keys, now, vault.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &service{t: t, store: s, tenant: verno.NewID[verno.TenantID](now, rand.Reader), log: &journal{}}
	log := slog.New(slog.NewTextHandler(b.log, nil))
	b.passes = &pass.Passes{Store: s, Vault: v, Clock: clock, Entropy: rand.Reader, Base: "https://cards.example", Holder: "test", Log: log}
	list := []*store.Pass{&b.one, &b.other}
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		if err := v.NewTenant(t.Context(), tx, b.tenant, now); err != nil {
			return err
		}
		for i, p := range list {
			*p = store.Pass{
				Tenant: b.tenant, Card: verno.NewID[verno.CardID](now, rand.Reader), Template: verno.TemplateID{1},
				Serial: fmt.Sprintf("serial%020d", i), CreatedAt: now,
			}
			if _, err := tx.InsertPass(t.Context(), *p); err != nil {
				return err
			}
		}
		return tx.InsertWalletCredential(t.Context(), store.WalletCredential{
			Tenant: b.tenant, ID: verno.NewID[verno.WalletKeyID](now, rand.Reader), Kind: store.CredentialApplePass,
			Name: typeOfPass, About: "{}", Sealed: []byte("-"), CreatedAt: now,
		})
	}); err != nil {
		t.Fatal(err)
	}
	frame := &web.Frame{Log: log, Clock: clock, Entropy: rand.Reader, Timeout: time.Minute, Quiet: true}
	server := httptest.NewServer(frame.Wrap(wallet.Clean(wallet.New(wallet.Deps{
		Passes: b.passes, Frame: frame, Clock: clock,
		Build: func(_ context.Context, p store.Pass, _ time.Time) ([]byte, error) {
			return fmt.Appendf(nil, "%s at %d", p.Serial, p.Tag), nil
		},
		Bundle: func(passes [][]byte) ([]byte, error) { return bytes.Join(passes, []byte(" and ")), nil },
	}))))
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

// answered is what a wallet was answered.
type answered struct {
	status int
	header http.Header
	body   string
}

// ask asks as a wallet does. Headers are given in pairs.
func (b *service) ask(method, path, body string, headers ...string) answered {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answered{got.StatusCode, got.Header, string(text)}
}

// shows is the header that shows a pass's token.
func (b *service) shows(scheme string, p store.Pass) string {
	b.t.Helper()
	token, err := b.passes.Token(b.t.Context(), b.tenant, p.Serial)
	if err != nil {
		b.t.Fatal(err)
	}
	return scheme + " " + token
}

// change has a pass changed at this very second.
func (b *service) change(p store.Pass) {
	b.t.Helper()
	if err := b.store.Write(b.t.Context(), func(tx *store.Tx) error {
		tag, err := tx.NextTag(b.t.Context(), b.tenant)
		tx.Bulk().TouchPasses(b.tenant, []store.Followed{{Card: p.Card}}, store.Touch{Tag: tag, Cause: tag, At: b.passes.Clock()})
		return err
	}); err != nil {
		b.t.Fatal(err)
	}
}

func device(name, serial string) string {
	return "/wallet/v1/devices/" + name + "/registrations/" + typeOfPass + "/" + serial
}

func passOf(serial string) string { return "/wallet/v1/passes/" + typeOfPass + "/" + serial }

// TestWebService: a phone's life as Apple describes it: it registers, hears what is new, fetches it, and goes.
func TestWebService(t *testing.T) {
	t.Parallel()
	eachService(t, func(t *testing.T, b *service) {
		mine, foreign := b.shows("ApplePass", b.one), b.shows("ApplePass", b.other)
		list := "/wallet/v1/devices/phone/registrations/" + typeOfPass
		for i, c := range []struct {
			method, path, body, shows string
			want                      int
		}{
			{"GET", list, "", "", 204},
			{"POST", device("phone", b.one.Serial), pushToken, foreign, 401},
			{"POST", device("phone", b.one.Serial), pushToken, "", 401},
			{"POST", device("phone", b.one.Serial), pushToken, "Bearer x", 401},
			{"POST", device("phone", "nosuchserial"), pushToken, mine, 401},
			{"POST", device("phone", b.one.Serial), "{}", mine, 400},
			{"POST", device("phone", b.one.Serial), "no json", mine, 400},
			{"POST", device("phone", b.one.Serial), `{"pushToken":"` + strings.Repeat("a", 5000) + `"}`, mine, 413},
			{"POST", device("phone", b.one.Serial), pushToken, mine, 201},
			{"POST", device("phone", b.one.Serial), pushToken, mine, 200},
			{"POST", device("phone", b.one.Serial), strings.ReplaceAll(pushToken, "0", "f"), mine, 200},
			{"POST", strings.Replace(device("another", b.one.Serial), "/v1", "//v1", 1), pushToken, mine, 201},
			{"POST", device("another", b.one.Serial), `{"pushToken":"not-hex_1"}`, mine, 200},
			{"GET", list, "", "", 200},
			{"GET", passOf(b.one.Serial), "", mine, 200},
			{"GET", strings.Replace(passOf(b.one.Serial), "/v1", "//v1", 1), "", mine, 200},
			{"GET", passOf(b.one.Serial), "", foreign, 401},
			{"GET", passOf("nosuchserial"), "", mine, 401},
			{"GET", "/wallet/v1/passes/pass.of.another/" + b.one.Serial, "", mine, 401},
			{"DELETE", device("phone", b.one.Serial), "", foreign, 401},
			{"DELETE", device("phone", b.one.Serial), "", mine, 200},
			{"DELETE", device("phone", b.one.Serial), "", mine, 200},
			{"GET", list, "", "", 204},
			{"POST", "/wallet/v1/log", `{"logs":["trouble"]}`, "", 200},
			{"POST", "/wallet/v1/log", "trouble", "", 400},
			{"GET", "/wallet/v1/nothing", "", mine, 404},
		} {
			if got := b.ask(c.method, c.path, c.body, "Authorization", c.shows); got.status != c.want {
				t.Errorf("%d: %s %s: %d %s, want %d", i, c.method, c.path, got.status, got.body, c.want)
			}
		}
	})
}

// TestChangesOfOneSecond: what is fetched says when it was changed, is not sent again while it is the same, and is sent
// again after each change, however soon.
func TestChangesOfOneSecond(t *testing.T) {
	t.Parallel()
	eachService(t, func(t *testing.T, b *service) {
		mine := b.shows("ApplePass", b.one)
		b.ask("POST", device("phone", b.one.Serial), pushToken, "Authorization", mine)
		since, tag := "", ""
		for range 4 {
			got := b.ask("GET", passOf(b.one.Serial), "", "Authorization", mine, "If-Modified-Since", since)
			before := since
			since = got.header.Get("Last-Modified")
			if got.status != 200 || since == "" || since == before || got.header.Get("Content-Type") != "application/vnd.apple.pkpass" ||
				got.header.Get("Content-Length") != strconv.Itoa(len(got.body)) {
				t.Fatalf("%d %v %q", got.status, got.header, got.body)
			}
			if again := b.ask("GET", passOf(b.one.Serial), "", "Authorization", mine, "If-Modified-Since", since); again.status != 304 || again.body != "" {
				t.Errorf("%d %q, want 304", again.status, again.body)
			}
			ahead := time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC).Format(http.TimeFormat)
			if again := b.ask("GET", passOf(b.one.Serial), "", "Authorization", mine, "If-Modified-Since", ahead); again.status != 200 {
				t.Errorf("%d to a device that is ahead of the clock, want 200", again.status)
			}
			var news struct {
				SerialNumbers []string `json:"serialNumbers"`
				LastUpdated   string   `json:"lastUpdated"`
			}
			answer := b.ask("GET", "/wallet/v1/devices/phone/registrations/"+typeOfPass+"?passesUpdatedSince="+tag, "")
			if err := json.Unmarshal([]byte(answer.body), &news); err != nil || len(news.SerialNumbers) != 1 || news.LastUpdated == tag {
				t.Errorf("since %q: %s", tag, answer.body)
			}
			tag = news.LastUpdated
			if again := b.ask("GET", "/wallet/v1/devices/phone/registrations/"+typeOfPass+"?passesUpdatedSince="+tag, ""); again.status != 204 {
				t.Errorf("since %q: %s, want nothing", tag, again.body)
			}
			b.change(b.one)
		}
	})
}

// TestOtherWords: wallets that say another word before their token are told in their own way.
func TestOtherWords(t *testing.T) {
	t.Parallel()
	eachService(t, func(t *testing.T, b *service) {
		for word, want := range map[string]string{
			"AndroidPass": pass.SchemeAndroid, "WalletUnionPass": pass.SchemeWalletUnion, "WalletUnionHMSPass": pass.SchemeWalletHMS, "ApplePass": pass.SchemePass2U,
		} {
			headers := []string{"Authorization", b.shows(word, b.one)}
			if word == "ApplePass" {
				headers = append(headers, "X-Pass-Client", "Passes")
			}
			if got := b.ask("POST", device(word, b.one.Serial), `{"pushToken":"APA91bHvUNfeYW_uq-SOo86:P9EuJ"}`, headers...); got.status != 201 {
				t.Errorf("%s: %d", word, got.status)
			}
			got, err := b.store.Reader().Registration(t.Context(), typeOfPass, word, b.one.Serial)
			if err != nil || got.Scheme != want {
				t.Errorf("%s is told as %s, %v", word, got.Scheme, err)
			}
		}
	})
}

// TestComplaints: what wallets complain of is logged without what may be secret in it; too much is refused, and so is
// too often.
func TestComplaints(t *testing.T) {
	t.Parallel()
	b := newService(t, storetest.Open(t, storetest.DSN(t, store.SQLite)))
	token := strings.TrimPrefix(b.shows("", b.one), " ")
	lines, err := json.Marshal(map[string][]string{"logs": {"pass " + b.one.Serial + " with " + token + "\nlevel=ERROR msg=forged", strings.Repeat("long ", 1000)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.ask("POST", "/wallet/v1/log", string(lines)); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := b.ask("POST", "/wallet/v1/log", `{"logs":["`+strings.Repeat("x", 10<<20)+`"]}`); got.status != 413 {
		t.Errorf("ten megabytes: %d", got.status)
	}
	logged := b.log.String()
	if strings.Contains(logged, token) || strings.Contains(logged, b.one.Serial) || strings.Contains(logged, "\nlevel=ERROR") ||
		!strings.Contains(logged, "a wallet complains") || len(logged) > 4000 {
		t.Errorf("logged: %s", logged)
	}
	limited := false
	for range 40 {
		limited = limited || b.ask("POST", "/wallet/v1/log", `{"logs":[]}`).status == 429
	}
	if !limited {
		t.Error("one address may complain without end")
	}
}

// TestNoFormMakesAMember: a form that is sent to an ordinary pass, which has none, makes nobody a member and is signed by
// nobody.
func TestNoFormMakesAMember(t *testing.T) {
	t.Parallel()
	eachService(t, func(t *testing.T, b *service) {
		body := `{"personalizationToken":"abc","requiredPersonalizationInfo":{"phoneNumber":"+79161234567","fullName":"Анна"}}`
		if got := b.ask("POST", passOf(b.one.Serial)+"/personalize", body, "Authorization", b.shows("ApplePass", b.one)); got.status != http.StatusNotFound {
			t.Errorf("it is answered %d", got.status)
		}
	})
}

// TestDownload: an address from a page gives a browser the pass, or the bundle, as Safari wants it.
func TestDownload(t *testing.T) {
	t.Parallel()
	eachService(t, func(t *testing.T, b *service) {
		for _, c := range []struct {
			passes []store.Pass
			media  string
			parts  int
		}{{[]store.Pass{b.one}, "application/vnd.apple.pkpass", 1}, {[]store.Pass{b.one, b.other}, "application/vnd.apple.pkpasses", 2}} {
			link, err := b.passes.AppleLink(t.Context(), c.passes...)
			if err != nil {
				t.Fatal(err)
			}
			got := b.ask("GET", strings.TrimPrefix(link, "https://cards.example"), "")
			if got.status != 200 || got.header.Get("Content-Type") != c.media || got.header.Get("Content-Length") == "" || strings.Count(got.body, "serial") != c.parts {
				t.Errorf("%s: %d %v %q", link, got.status, got.header, got.body)
			}
			if got := b.ask("GET", strings.TrimPrefix(link, "https://cards.example")+"0", ""); got.status != 401 {
				t.Errorf("an address that was changed: %d", got.status)
			}
		}
	})
}

// TestBrokenDatabase: without its database the service says that it cannot answer, and nothing of why.
func TestBrokenDatabase(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), storetest.DSN(t, store.SQLite), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := newService(t, s)
	mine := b.shows("ApplePass", b.one)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"POST", device("phone", b.one.Serial)},
		{"DELETE", device("phone", b.one.Serial)},
		{"GET", passOf(b.one.Serial)},
		{"GET", "/wallet/v1/devices/phone/registrations/" + typeOfPass},
	} {
		if got := b.ask(c[0], c[1], pushToken, "Authorization", mine); got.status < 500 || strings.Contains(got.body, "store") || strings.Contains(got.body, "sql") {
			t.Errorf("%s %s: %d %s", c[0], c[1], got.status, got.body)
		}
	}
}
