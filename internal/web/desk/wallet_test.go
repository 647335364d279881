package desk_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// p12 is a certificate for passes with its key, as the keychain exports it, that ends at a moment.
func p12(t *testing.T, name string, ends time.Time, password string) []byte {
	t.Helper()
	begins := ends.AddDate(-1, 0, 0)
	issue := func(c, above *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		t.Helper()
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c.SerialNumber, c.NotBefore, c.NotAfter, c.BasicConstraintsValid = big.NewInt(7), begins, ends, true
		if above == nil {
			above, by = c, key
		}
		raw, err := x509.CreateCertificate(rand.Reader, c, above, key.Public(), by)
		if err != nil {
			t.Fatal(err)
		}
		if c, err = x509.ParseCertificate(raw); err != nil {
			t.Fatal(err)
		}
		return c, key
	}
	root, rootKey := issue(&x509.Certificate{Subject: pkix.Name{CommonName: "Root"}, IsCA: true, KeyUsage: x509.KeyUsageCertSign}, nil, nil)
	middle, middleKey := issue(&x509.Certificate{Subject: pkix.Name{CommonName: "Middle"}, IsCA: true, KeyUsage: x509.KeyUsageCertSign}, root, rootKey)
	leaf, key := issue(&x509.Certificate{Subject: pkix.Name{
		CommonName: name, OrganizationalUnit: []string{"TEAM123456"},
		ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}, Value: "pass.org.example.card"}},
	}}, middle, middleKey)
	raw, err := pkcs12.Modern.Encode(key, leaf, []*x509.Certificate{middle}, password)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// choose puts a file into a field of a page.
func choose(tab *webtest.Tab, css, name string, raw []byte) {
	webtest.Eval[bool](tab, fmt.Sprintf(`(() => { const t = new DataTransfer();
		t.items.add(new File([Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))], %q)); document.querySelector(%q).files = t.files; return true })()`,
		base64.StdEncoding.EncodeToString(raw), name, css))
}

// sends presses the button of a form and waits for the page that answers.
func sends(tab *webtest.Tab, button, then string) {
	webtest.Eval[bool](tab, `document.body.dataset.old = "1", true`)
	tab.Click(button)
	tab.Until(fmt.Sprintf(`document.readyState === "complete" && !document.body.dataset.old && document.querySelector(%q) !== null`, then))
}

const importForm = `form[action="/desk/wallets/apple"]`

// TestAppleCertificates: what is wrong with a certificate is said at its field; a good one is shown with its end, one that
// ends soon alarms, a trial is called one, and all of it stands in the log.
func TestAppleCertificates(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{Guests: 1}, nil)
	now := site.Server.Now()
	tab := webtest.Open(t).Tab(1440, 900, "en")
	tab.Allow("422", "413")
	site.Enter(tab)
	tab.Go(site.Base + "/desk/wallets")
	savePages(t, tab, "wallets-none-en")
	tab.Go(site.Base + "/desk/wallets/apple")
	savePages(t, tab, "apple-none-en")
	good := p12(t, "Pass Type ID with NFC: pass.org.example.card", now.AddDate(0, 0, 200), "secret")
	for _, c := range []struct {
		name, password, at, says string
		file                     []byte
	}{
		{"nothing", "", "file", "This is required", nil},
		{"logo.png", "", "file", "This certificate cannot be read", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")},
		{"large.p12", "", "file", "This certificate cannot be read", make([]byte, 300<<10)},
		{"card.p12", "Secret", "password", "Wrong password", good},
		{"old.p12", "secret", "file", "expired on", p12(t, "Pass Type ID: pass.org.example.card", now.AddDate(0, 0, -3), "secret")},
	} {
		if c.file != nil {
			choose(tab, "#file", c.name, c.file)
		}
		if c.password != "" {
			tab.Fill("#password", c.password)
		}
		sends(tab, importForm+" .button.main", "#"+c.at+"-fault")
		if got := tab.Text("#" + c.at + "-fault"); !strings.Contains(got, c.says) {
			t.Errorf("%s: %q", c.name, got)
		}
		if c.name == "card.p12" {
			savePages(t, tab, "apple-wrong-en")
		}
	}
	choose(tab, "#file", "card.p12", good)
	tab.Fill("#password", "secret")
	sends(tab, importForm+" .button.main", ".notice.good")
	if got := tab.Text("section[aria-labelledby=current]"); !strings.Contains(got, "pass.org.example.card") || !strings.Contains(got, "days left") || !strings.Contains(got, "TEAM123456") {
		t.Errorf("the certificate is shown as %q", got)
	}
	choose(tab, "#file", "soon.p12", p12(t, "Pass Type ID with NFC: pass.org.example.card", now.AddDate(0, 0, 5), "secret"))
	tab.Fill("#password", "secret")
	sends(tab, importForm+" .button.main", "section[aria-labelledby=past]")
	if got := tab.Text("section[aria-labelledby=current]"); !strings.Contains(got, "expires in 4 days") && !strings.Contains(got, "expires in 5 days") {
		t.Errorf("nothing is said of the end: %q", got)
	}
	savePages(t, tab, "apple-soon-en")
	tab.Go(site.Base + "/desk/")
	if got := tab.Text("main"); !strings.Contains(got, "The Apple Wallet certificate expires in") {
		t.Errorf("the overview says nothing of the end: %q", got)
	}
	tab.Go(site.Base + "/desk/wallets/apple")
	tab.Click("details.sheet:first-of-type > summary")
	sends(tab, `form[action$="/apple/trial"] .button`, ".notice.good")
	if got := tab.Text("section[aria-labelledby=current]"); !strings.Contains(got, "Trial, not from Apple") || !strings.Contains(got, "not Apple") {
		t.Errorf("a trial is shown as %q", got)
	}
	savePages(t, tab, "apple-trial-en")
	tab.Go(site.Base + "/desk/audit?group=access")
	if got := tab.Text("main"); strings.Count(got, "Apple certificate imported") != 3 {
		t.Errorf("the log says %q", got)
	}
	tab.Go(site.Base + "/desk/wallets/apple")
	tab.Click(".sure > summary")
	sends(tab, ".sure .button.risky:not(summary)", ".empty")
}

// TestLargeCertificate: a file of 10 MB is refused at its field, and the page is there still.
func TestLargeCertificate(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{}, nil)
	w := enter(t, site, "en")
	got := w.send(&shown{action: "/desk/wallets/apple", multipart: true}, url.Values{"password": {strings.Repeat("x", 10<<20)}})
	if text := string(got.body); got.status != http.StatusRequestEntityTooLarge || !strings.Contains(text, "file-fault") || !strings.Contains(text, "key_file") {
		t.Errorf("%d %.400s", got.status, text)
	}
}

// TestGoogleAccountPage: an account is taken in, tried, and ended; what Google answers is shown in its own words.
func TestGoogleAccountPage(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	google := googletest.New(t, site.Server.Now)
	site.Server.Passes.Base = "https://cards.example"
	site.Server.Passes.Google.API, site.Server.Passes.Google.Token = google.URL, google.URL+"/token"
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	tab.Allow("422")
	site.Enter(tab)
	tab.Go(site.Base + "/desk/wallets/google")
	tab.Type("#issuer", "verno")
	choose(tab, "#file", "key.json", google.ServiceAccount())
	sends(tab, "main form .button.main", "#issuer-fault")
	tab.Fill("#issuer", google.Issuer)
	choose(tab, "#file", "key.json", []byte("{}"))
	sends(tab, "main form .button.main", "#file-fault")
	savePages(t, tab, "google-wrong-ru")
	choose(tab, "#file", "key.json", google.ServiceAccount())
	sends(tab, "main form .button.main", ".notice.good")
	sends(tab, `form[action$="/check"] button`, "#said")
	if got := tab.Text("#said"); !strings.Contains(got, "принимает") {
		t.Errorf("%q", got)
	}
	google.Fail(googletest.Fault{Match: "GET issuer", Status: http.StatusForbidden, Reason: "permissionDenied"})
	sends(tab, `form[action$="/check"] button`, "#said")
	if got := webtest.Eval[string](tab, `document.querySelector("#said > p").textContent`); !strings.Contains(got, "приглашён") || strings.Contains(got, "permissionDenied") {
		t.Errorf("%q does not say what to do", got)
	}
	if got := webtest.Eval[string](tab, `document.querySelector("#said details p").textContent`); !strings.Contains(got, "permissionDenied") {
		t.Errorf("%q", got)
	}
	savePages(t, tab, "google-ru")
	tab.Click(".sure > summary")
	sends(tab, ".sure .button.risky:not(summary)", ".empty")
	if body := string(enter(t, site, "ru").get("/desk/wallets/google").body); strings.Contains(body, "PRIVATE") {
		t.Error("the key is shown")
	}
}

// TestReaderKeys: keys are made, told by their public half alone, followed by a next version, and retired.
func TestReaderKeys(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	site.Enter(tab)
	tab.Go(site.Base + "/desk/wallets/nfc")
	savePages(t, tab, "nfc-none-ru")
	sends(tab, "section[aria-labelledby=apple_vas] form button", ".spki")
	if got := tab.Text(".spki"); !strings.HasPrefix(got, "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgA") {
		t.Errorf("the public key is %q", got)
	}
	tab.Click(".key [data-copy]")
	tab.Until(`document.querySelector(".key [data-copy]").textContent === "Скопировано"`)
	sends(tab, "section[aria-labelledby=apple_vas] form button", "li.key:nth-child(2)")
	sends(tab, "section[aria-labelledby=smart_tap] form button", "section[aria-labelledby=smart_tap] .spki")
	savePages(t, tab, "nfc-ru")
	tab.Click("section[aria-labelledby=apple_vas] li.key:nth-child(2) .sure > summary")
	sends(tab, "section[aria-labelledby=apple_vas] li.key:nth-child(2) .sure .button.risky:not(summary)", ".notice.good")
	if n := webtest.Eval[int](tab, `document.querySelectorAll(".spki").length`); n != 2 {
		t.Errorf("%d keys are shown after one was retired", n)
	}
	keys, err := site.Server.Gate.OpenNFCKeys(t.Context(), site.Made.Live.Tenant)
	if err != nil || len(keys) != 2 {
		t.Errorf("%d keys open, %v", len(keys), err)
	}
}

// TestPushPage: what came of telling phones today is counted by wallet, with its reasons; a design that was published is a
// change whose progress is shown; how often cards speak up is settled.
func TestPushPage(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 3}, nil)
	s, live := site.Server, site.Made.Live
	boss := auth.Operator(live.Tenant)
	members, err := s.Store.Reader().Members(t.Context(), live.Tenant, verno.MemberID{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		cards, err := s.Roll.Cards(t.Context(), boss, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cards {
			if _, err := s.Passes.Issue(t.Context(), live.Tenant, c.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Store.Write(t.Context(), func(tx *store.Tx) error {
		return tx.CountPushes(t.Context(), live.Tenant, s.Now(), []store.PushCount{
			{Wallet: "ApplePass", Outcome: store.PushTold, Times: 12345},
			{Wallet: "ApplePass", Outcome: store.PushGone, Why: "410 Unregistered", Times: 7},
			{Wallet: "ApplePass", Outcome: store.PushLater, Why: "unreachable", Times: 31},
			{Wallet: "google", Outcome: store.PushRefused, Why: "400 invalid", Times: 2},
		})
	}); err != nil {
		t.Fatal(err)
	}
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	tab.Allow("422")
	site.Enter(tab)
	tab.Go(site.Base + "/desk/wallets")
	got := tab.Text("#push")
	for _, want := range []string{"12 345", "Apple Wallet", "Google Wallet", "сервис кошелька не отвечает", "410 Unregistered", "карты на этом телефоне больше нет", "400 invalid"} {
		if !strings.Contains(strings.ReplaceAll(got, "\u00a0", " "), want) {
			t.Errorf("%q is not on the page: %q", want, got)
		}
	}
	standard, err := s.Store.Reader().StandardTemplate(t.Context(), live.Tenant, live.Programme)
	if err != nil {
		t.Fatal(err)
	}
	drafted, err := s.Office.Template(t.Context(), boss, standard.ID)
	if err != nil {
		t.Fatal(err)
	}
	drafted.Drafted.Design.ShowName = !drafted.Drafted.Design.ShowName
	if _, err := s.Office.ChangeTemplate(t.Context(), boss, s.Now(), standard.ID, drafted.Revision, drafted.Drafted); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Office.PublishTemplate(t.Context(), boss, s.Now(), standard.ID, 0, ""); err != nil {
		t.Fatal(err)
	}
	for done := false; !done; {
		tab.Go(site.Base + "/desk/wallets")
		done = webtest.Eval[bool](tab, `/^Опубликован дизайн[^]*Готово: 3 карты/.test(document.querySelector(".sweeps > li")?.innerText)`)
		if err := t.Context().Err(); err != nil {
			t.Fatal(err)
		}
	}
	savePages(t, tab, "wallets-ru")
	tab.Fill("#rings", "много")
	sends(tab, `form[action$="/rings"] button`, "#rings-fault")
	tab.Fill("#rings", "3")
	sends(tab, `form[action$="/rings"] button`, ".notice.good")
	if n, err := s.Passes.Rings(t.Context(), live.Tenant); err != nil || n != 3 {
		t.Errorf("%d times a week, %v", n, err)
	}
}
