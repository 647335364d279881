package member_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// signing is a poster by which people join in Apple Wallet itself.
type signing struct {
	*poster
}

// eachSigning makes such a poster on every engine.
func eachSigning(t *testing.T, fn func(t *testing.T, p *signing)) {
	t.Helper()
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			fn(t, newSigning(t, storetest.Empty(t, engine)))
		})
	}
}

func newSigning(t *testing.T, db string) *signing {
	t.Helper()
	p := &signing{posterOn(t, db, "ru", member.ProofNone)}
	s, boss := p.Server, auth.Operator(p.Made.Live.Tenant)
	s.Passes.Base = "https://cards.example"
	_, _, err := s.SelfSign(t.Context(), server.Whose{}, server.TrialCertificate{PassType: passType, Team: "ABCDE12345", NFC: true})
	check(t, err)
	_, err = s.Roll.ChangeChannel(t.Context(), boss, s.Now(), p.channel.ID, p.channel.Revision, member.ChannelForm{
		Name: "Poster", Proof: member.ProofNone, Wallet: true,
		Fields: map[string]string{member.FieldName: member.FieldRequired, member.FieldEmail: member.FieldAsked},
	})
	check(t, err)
	return p
}

// get asks for a page as a browser of a device.
func (p *signing) get(below, agent string) (status int, header http.Header, body []byte) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.page(below), http.NoBody)
	check(p.t, err)
	r.Header.Set("User-Agent", agent)
	r.Header.Set("Accept-Language", "ru")
	got, err := http.DefaultClient.Do(r)
	check(p.t, err)
	defer got.Body.Close()
	body, err = io.ReadAll(got.Body)
	check(p.t, err)
	return got.StatusCode, got.Header, body
}

// take gets a pass that belongs to nobody yet.
func (p *signing) take() (*phone, *pass.Report, http.Header) {
	p.t.Helper()
	status, header, file := p.get("/wallet?utm_source=vk", iPhone)
	if status != http.StatusOK || header.Get("Content-Type") != pass.AppleType {
		p.t.Fatalf("the pass: %d %s", status, file)
	}
	r, err := pass.Inspect(file, p.Server.Now())
	check(p.t, err)
	token, _ := r.Pass["authenticationToken"].(string)
	return &phone{t: p.t, base: p.Base, serial: r.Serial, token: token}, r, header
}

// sends posts a form to a pass.
func (p *phone) sends(token, phone string) (int, []byte) {
	body, err := json.Marshal(map[string]any{"personalizationToken": token, "requiredPersonalizationInfo": map[string]string{
		"fullName": "Анна Петрова", "givenName": "Анна", "familyName": "Петрова", "phoneNumber": phone, "emailAddress": "anna@example.com",
	}})
	check(p.t, err)
	return p.ask(http.MethodPost, p.form(), string(body))
}

func (p *phone) form() string { return "passes/" + passType + "/" + p.serial + "/personalize" }

// verified has OpenSSL look at the signature of a token.
func verified(t *testing.T, token string, signature []byte) {
	t.Helper()
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "token"), []byte(token), 0o600))
	check(t, os.WriteFile(filepath.Join(dir, "signature"), signature, 0o600))
	cmd := exec.CommandContext(t.Context(), "openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-binary", "-in", "signature", "-content", "token", "-out", "/dev/null")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("openssl: %v %s", err, out)
	}
}

func (p *signing) members() int64 {
	_, members := p.joined()
	return members
}

// TestJoinInAppleWallet: a phone takes a pass that belongs to nobody, sends its form thirty times at once, and has the card
// of one member: the same pass, with the very documents agreed to that it showed, and no advertising.
func TestJoinInAppleWallet(t *testing.T) {
	t.Parallel()
	eachSigning(t, joinInAppleWallet)
}

func joinInAppleWallet(t *testing.T, p *signing) {
	t.Helper()
	if status, _, _ := p.get("/wallet", iPhone); status != http.StatusNotFound {
		t.Errorf("without a key for NFC: %d", status)
	}
	_, err := p.Server.MakeNFCKey(t.Context(), server.Whose{}, "apple_vas")
	check(t, err)
	for agent, want := range map[string]bool{iPhone: true, android: false} {
		if _, _, page := p.get("", agent); strings.Contains(string(page), "/wallet?ticket=") != want {
			t.Errorf("%s is offered the form: %t", agent, !want)
		}
	}
	held, before, header := p.take()
	for _, f := range before.Findings {
		if !f.Warning {
			t.Errorf("the pass: %+v", f)
		}
	}
	if !has(before, "personalization.json") || !has(before, "personalizationLogo@2x.png") || len(before.Codes) != 0 || before.Pass["nfc"] == nil {
		t.Errorf("the pass that asks: %+v", before.Files)
	}
	if status, _ := held.ask(http.MethodPost, "devices/phone/registrations/"+passType+"/"+held.serial, `{"pushToken":"0123456789abcdef0123456789abcdef"}`); status != http.StatusCreated {
		t.Fatalf("registered: %d", status)
	}
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			if status, signature := held.sends("dG9rZW4=", "+79161234567"); status == http.StatusOK {
				verified(t, "dG9rZW4=", signature)
			} else {
				t.Errorf("a form: %d %s", status, signature)
			}
		})
	}
	all.Wait()
	if status, _ := held.sends("again", "+79160000000"); status != http.StatusOK || p.members() != 1 {
		t.Errorf("another phone afterwards: %d, and %d members", status, p.members())
	}
	p.agreed("+79161234567")

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.Base+pass.ServicePath+"/v1/passes/"+passType+"/"+held.serial, http.NoBody)
	check(t, err)
	r.Header.Set("Authorization", "ApplePass "+held.token)
	r.Header.Set("If-Modified-Since", header.Get("Last-Modified"))
	got, err := http.DefaultClient.Do(r)
	check(t, err)
	defer got.Body.Close()
	file, err := io.ReadAll(got.Body)
	check(t, err)
	after, err := pass.Inspect(file, p.Server.Now())
	check(t, err)
	if got.StatusCode != http.StatusOK || after.Serial != held.serial || len(after.Codes) == 0 || has(after, "personalization.json") {
		t.Errorf("the card: %d %+v %+v", got.StatusCode, after.Codes, after.Files)
	}
}

func has(r *pass.Report, name string) bool {
	return slices.ContainsFunc(r.Files, func(f pass.ReportFile) bool { return f.Name == name })
}

// agreed sees what the member with a phone has agreed to, and where.
func (p *signing) agreed(phone string) {
	p.t.Helper()
	s, boss := p.Server, auth.Operator(p.Made.Live.Tenant)
	found, err := s.Roll.Search(p.t.Context(), boss, member.Search{Phone: phone})
	check(p.t, err)
	list, err := s.Roll.Consents(p.t.Context(), boss, found[0].ID)
	check(p.t, err)
	var purposes []string
	for _, c := range list {
		if purposes = append(purposes, c.Purpose); !c.Granted || c.Channel != member.ByAppleForm || len(c.TextHash) != 32 {
			p.t.Errorf("agreed: %+v", c)
		}
	}
	slices.Sort(purposes)
	if want := []string{member.PurposePersonalData, member.PurposeTerms}; !slices.Equal(purposes, want) {
		p.t.Errorf("agreed to %q", purposes)
	}
}

// TestAppleFormGivesNoCardAway: the form proves no phone, so whoever types that of a member is answered like everybody and
// gets nothing of the member's.
func TestAppleFormGivesNoCardAway(t *testing.T) {
	t.Parallel()
	eachSigning(t, appleFormGivesNoCardAway)
}

func appleFormGivesNoCardAway(t *testing.T, p *signing) {
	t.Helper()
	_, err := p.Server.MakeNFCKey(t.Context(), server.Whose{}, "apple_vas")
	check(t, err)
	first, _, _ := p.take()
	if status, _ := first.sends("one", "+79161234567"); status != http.StatusOK {
		t.Fatalf("the first: %d", status)
	}
	thief, _, _ := p.take()
	status, signature := thief.sends("two", "8 916 123-45-67")
	if status != http.StatusOK || p.members() != 1 {
		t.Fatalf("the same phone: %d, %d members", status, p.members())
	}
	verified(t, "two", signature)
	status, file := thief.ask(http.MethodGet, "passes/"+passType+"/"+thief.serial, "")
	after, err := pass.Inspect(file, p.Server.Now())
	check(t, err)
	if status != http.StatusOK || len(after.Codes) != 0 || after.Pass["nfc"] != nil || has(after, "personalization.json") {
		t.Errorf("the pass of a phone that is known: %d %+v", status, after)
	}
	if row, err := p.Server.Store.Reader().PassBySerial(t.Context(), thief.serial); err != nil || !row.Member.IsZero() {
		t.Errorf("it belongs to %v, %v", row.Member, err)
	}
}

// TestAppleFormIsHeldToItsForm: nothing is joined by what no wallet sends, and nothing is signed that could be the manifest
// of a forged pass.
func TestAppleFormIsHeldToItsForm(t *testing.T) {
	t.Parallel()
	eachSigning(t, appleFormIsHeldToItsForm)
}

func appleFormIsHeldToItsForm(t *testing.T, p *signing) {
	t.Helper()
	_, err := p.Server.MakeNFCKey(t.Context(), server.Whose{}, "apple_vas")
	check(t, err)
	held, _, _ := p.take()
	for body, want := range map[string]int{
		``: 400, `[]`: 400, `{}`: 400,
		`{"personalizationToken":"{\"pass.json\":\"00\"}","requiredPersonalizationInfo":{"phoneNumber":"+79161234567","givenName":"Анна"}}`: 400,
		`{"personalizationToken":"` + strings.Repeat("a", 1025) + `"}`:                                                                      400,
		`{"personalizationToken":"` + strings.Repeat("a", 9<<10) + `"}`:                                                                     413,
		`{"personalizationToken":"a","requiredPersonalizationInfo":{"phoneNumber":"none","givenName":"Анна"}}`:                              422,
		`{"personalizationToken":"a","requiredPersonalizationInfo":{"givenName":"Анна"}}`:                                                   422,
	} {
		if status, _ := held.ask(http.MethodPost, held.form(), body); status != want {
			t.Errorf("%.60s: %d, want %d", body, status, want)
		}
	}
	good := `{"personalizationToken":"a","requiredPersonalizationInfo":{"phoneNumber":"+79161234567","givenName":"Анна"}}`
	for _, at := range []string{"passes/" + passType + "/nothere/personalize", "passes/pass.example.other/" + held.serial + "/personalize"} {
		if status, _ := held.ask(http.MethodPost, at, good); status != http.StatusNotFound {
			t.Errorf("%s: %d", at, status)
		}
	}
	if p.members() != 0 {
		t.Errorf("%d have joined", p.members())
	}
	boss := auth.Operator(p.Made.Live.Tenant)
	_, err = p.Server.Roll.CloseChannel(t.Context(), boss, p.Server.Now(), p.channel.ID, false)
	check(t, err)
	if status, _ := held.ask(http.MethodPost, held.form(), good); status != http.StatusNotFound || p.members() != 0 {
		t.Errorf("by a channel that is closed: %d", status)
	}
	if more, err := p.Server.Roll.TidySignUps(t.Context(), p.Server.Now().AddDate(0, 0, 8)); err != nil || more {
		t.Errorf("tidied: %t, %v", more, err)
	}
	if status, _ := held.ask(http.MethodGet, "passes/"+passType+"/"+held.serial, ""); status != http.StatusUnauthorized {
		t.Errorf("a week later the pass: %d", status)
	}
}
