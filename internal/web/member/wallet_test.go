package member_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// What browsers say of themselves.
const (
	iPhone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
	android = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
	desktop = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)

const passType = "pass.example.verno"

// connect gives the merchant of a site a certificate for trying and an account at Google.
func connect(t *testing.T, site *webtest.Site) *googletest.Google {
	t.Helper()
	s := site.Server
	google := googletest.New(t, s.Now)
	s.Passes.Base = "https://cards.example"
	s.Passes.Google.API, s.Passes.Google.Token, s.Passes.Google.Keys = google.URL, google.URL+"/token", google.URL+"/keys"
	_, _, err := s.SelfSign(t.Context(), server.Whose{}, server.TrialCertificate{PassType: passType, Team: "ABCDE12345"})
	check(t, err)
	_, err = s.ImportGoogle(t.Context(), server.Whose{}, google.Issuer, google.ServiceAccount(), nil)
	check(t, err)
	return google
}

// as makes the browser of a tab that of a device.
func as(tab *webtest.Tab, agent string) {
	webtest.Send(tab, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent})
}

// buttons are the wallets that a page offers.
func buttons(tab *webtest.Tab) string {
	return webtest.Eval[string](tab, `[...document.querySelectorAll(".badge")].map((b) => b.id).join(" ")`)
}

// phone is a phone that carries a pass.
type phone struct {
	t                   *testing.T
	base, serial, token string
}

func (p *phone) ask(method, path, body string) (int, []byte) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.base+pass.ServicePath+"/v1/"+path, strings.NewReader(body))
	check(p.t, err)
	r.Header.Set("Authorization", "ApplePass "+p.token)
	got, err := http.DefaultClient.Do(r)
	check(p.t, err)
	defer got.Body.Close()
	answer, err := io.ReadAll(got.Body)
	check(p.t, err)
	return got.StatusCode, answer
}

// news waits until the service says that the pass is newer than a tag, and says its tag now.
func (p *phone) news(since string) (tag string) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.t.Context(), webtest.Patience)
	defer stop()
	for look := time.NewTicker(20 * time.Millisecond); ; {
		status, body := p.ask(http.MethodGet, "devices/phone/registrations/"+passType+"?passesUpdatedSince="+since, "")
		if status == http.StatusOK {
			var told struct {
				LastUpdated string `json:"lastUpdated"`
			}
			check(p.t, json.Unmarshal(body, &told))
			return told.LastUpdated
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("no news since %q: %d", since, status)
		case <-look.C:
		}
	}
}

// front is all that the front of a pass says.
func front(t *testing.T, file []byte, now time.Time) (*pass.Report, string) {
	t.Helper()
	report, err := pass.Inspect(file, now)
	check(t, err)
	var says []string
	for _, f := range report.Fields {
		if f.Group != "backFields" {
			says = append(says, f.Key+"="+f.Value)
		}
	}
	return report, strings.Join(says, "; ")
}

// fetchPass takes the pass of the card in a tab, as its button does.
func fetchPass(t *testing.T, tab *webtest.Tab) []byte {
	t.Helper()
	return fetchFile(t, tab, "/c/wallet/apple", "application/vnd.apple.pkpass")
}

// fetchFile takes a file for a wallet, as the button does that leads to it.
func fetchFile(t *testing.T, tab *webtest.Tab, path, media string) []byte {
	t.Helper()
	got := webtest.Eval[struct{ Type, Length, File string }](tab, `fetch("`+path+`").then(async (a) => {
		const file = new Uint8Array(await a.arrayBuffer());
		return { Type: a.headers.get("Content-Type"), Length: a.headers.get("Content-Length"), File: btoa(Array.from(file, (b) => String.fromCharCode(b)).join("")) };
	})`)
	file, err := base64.StdEncoding.DecodeString(got.File)
	check(t, err)
	if got.Type != media || got.Length == "" {
		t.Errorf("the file is %s of %s bytes", got.Type, got.Length)
	}
	return file
}

// TestFromPosterToWallet: somebody joins by a poster, is shown the wallet of her own phone, gets the pass, buys something,
// and the pass changes.
func TestFromPosterToWallet(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	connect(t, p.Site)
	tab := webtest.Open(t).Tab(360, 740, "ru")
	as(tab, iPhone)
	p.apply(tab, tillPhone, "Анна")
	tab.Type("#code", demo(tab))
	tab.See(".welcome .points")
	tab.See("#apple-wallet")
	keepPictures(t, tab, "wallet-welcome-ru")
	if got := buttons(tab); got != "apple-wallet" {
		t.Errorf("an iPhone is offered %q", got)
	}
	tab.Go(p.Base + "/c/")
	tab.See("#apple-wallet")
	tab.Accessible()
	keepPictures(t, tab, "wallet-card-ru")

	file := fetchPass(t, tab)
	_, before := front(t, file, p.Server.Now())
	held := p.register(file)
	first := held.news("")
	tab.Go(p.Base + "/c/")
	tab.Until(`document.querySelector("#account a[href='/c/wallet']") !== null && document.querySelector(".badge") === null`)

	shop := &pocket{Site: p.Site, t: t}
	check(t, shop.buy(2, 0))
	if second := held.news(first); second <= first {
		t.Errorf("the tag went from %s to %s", first, second)
	}
	status, file := held.ask(http.MethodGet, "passes/"+passType+"/"+held.serial, "")
	if status != http.StatusOK {
		t.Fatalf("fetched: %d", status)
	}
	if _, after := front(t, file, p.Server.Now()); after == before {
		t.Errorf("after a sale the pass still says %s", after)
	}
	p.wallets(1, 0)
	if status, _ := held.ask(http.MethodDelete, "devices/phone/registrations/"+passType+"/"+held.serial, ""); status != http.StatusOK {
		t.Fatalf("taken out: %d", status)
	}
	p.wallets(0, 1)
}

// wallets looks at what the desk counts of those who came by the poster.
func (p *poster) wallets(kept, removed int64) {
	p.t.Helper()
	f, err := p.Server.Roll.Funnels(p.t.Context(), auth.Operator(p.Made.Live.Tenant), p.channel.ID, p.Server.Now().AddDate(0, 0, -1), time.Time{})
	check(p.t, err)
	if len(f) != 1 || f[0].Joined != 1 || f[0].Kept != kept || f[0].Removed != removed || f[0].Bought != 1 {
		p.t.Errorf("counted %+v", f)
	}
}

// TestWalletOfADevice: every device is shown its own wallet, a computer both and a code for the phone, which leads there
// without the card's session; and where the merchant has no account anywhere there is no button.
func TestWalletOfADevice(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "en", "Anna")
	without := webtest.Open(t).Tab(1440, 900, "en")
	p.open(without)
	if got := buttons(without); got != "" {
		t.Errorf("without any account there is %q", got)
	}
	tab := webtest.Open(t).Tab(1440, 900, "en") // without the card's worker, which asks for pages as the browser that it is
	p.hold(tab)
	tab.Go(p.Base + "/c/wallet")
	tab.See(".empty")
	google := connect(t, p.Site)
	for agent, want := range map[string]string{iPhone: "apple-wallet", android: "google-wallet", desktop: "apple-wallet google-wallet"} {
		as(tab, agent)
		tab.Go(p.Base + "/c/wallet")
		tab.See(".badge")
		if got := buttons(tab); got != want {
			t.Errorf("%s is offered %q", agent, got)
		}
		if got := webtest.Eval[bool](tab, `document.querySelector(".to-phone .qr") !== null`); got != (agent == desktop) {
			t.Errorf("%s is shown a code: %v", agent, got)
		}
	}
	as(tab, desktop)
	tab.Go(p.Base + "/c/wallet")
	tab.See(".to-phone .qr")
	tab.Accessible()
	keepPictures(t, tab, "wallet-desk-en")

	issued, err := p.Server.Passes.Issue(t.Context(), p.boss.Tenant, p.guest.Cards[0].ID)
	check(t, err)
	link, err := p.Server.Passes.AppleLink(t.Context(), issued)
	check(t, err)
	_, below, _ := strings.Cut(link, pass.DownloadPath)
	strange := webtest.Open(t).Tab(360, 740, "en")
	strange.Allow("404")
	as(strange, android)
	strange.Go(p.Base + "/c/phone/" + below)
	strange.See("#google-wallet")
	keepPictures(t, strange, "wallet-phone-en")
	address, err := p.Server.Passes.SaveLink(t.Context(), issued, "")
	check(t, err)
	saved, err := google.Open(address)
	if err != nil || !strings.Contains(saved.Object, issued.Serial) {
		t.Errorf("Google is led to %+v, %v", saved, err)
	}
	if got := leads(t, p.Base+webtest.Eval[string](strange, `document.getElementById("google-wallet").getAttribute("href")`)); !strings.HasPrefix(got, pass.DefaultGoogleSave) {
		t.Errorf("the button leads to %q", got)
	}
	strange.Go(p.Base + "/c/phone/" + strings.Replace(below, "token=", "token=0", 1))
	if got := strange.Text("main"); !strings.Contains(got, "This code has expired") {
		t.Errorf("a wrong code says %q", got)
	}
}

// TestAllCardsAtOnce: somebody with several cards takes all that are in use into an iPhone with one tap, as one file whose
// passes are each signed; who has one card is offered one.
func TestAllCardsAtOnce(t *testing.T) {
	t.Parallel()
	p := newPocket(t, "en", "Anna")
	connect(t, p.Site)
	tab := webtest.Open(t).Tab(360, 740, "en")
	as(tab, iPhone)
	p.hold(tab)
	tab.Go(p.Base + "/c/wallet")
	tab.See("#apple-wallet")
	if webtest.Eval[bool](tab, `document.getElementById("apple-all") !== null`) {
		t.Error("who has one card is offered several")
	}
	var blocked verno.CardID
	for i := range 3 {
		made, err := p.Server.Roll.IssueCard(t.Context(), p.boss, p.Server.Now(), member.CardRequest{Key: fmt.Sprintf("card-%d", i), Member: p.guest.ID})
		check(t, err)
		blocked = made.ID
	}
	_, err := p.Server.Roll.BlockCard(t.Context(), p.boss, p.Server.Now(), blocked, "lost")
	check(t, err)
	tab.Go(p.Base + "/c/wallet")
	tab.See("#apple-all")
	if got := tab.Text("#apple-all"); !strings.Contains(got, "3") {
		t.Errorf("the button says %q", got)
	}
	tab.Accessible()
	keepPictures(t, tab, "wallet-all-en")
	file := fetchFile(t, tab, "/c/wallet/all", "application/vnd.apple.pkpasses")
	bundle, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	check(t, err)
	serials := map[string]bool{}
	for _, part := range bundle.File {
		r, err := part.Open()
		check(t, err)
		one, err := io.ReadAll(r)
		check(t, err)
		report, err := pass.Inspect(one, p.Server.Now())
		check(t, err)
		if !report.Sound() {
			t.Errorf("%s: %v", part.Name, report.Findings)
		}
		serials[report.Serial] = true
	}
	if len(bundle.File) != 3 || len(serials) != 3 {
		t.Errorf("%d files with %d passes", len(bundle.File), len(serials))
	}
}

// leads is where an address leads on to.
func leads(t *testing.T, address string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	check(t, err)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(r)
	check(t, err)
	_ = got.Body.Close()
	return got.Header.Get("Location")
}
