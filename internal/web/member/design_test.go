package member_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

const (
	newTitle  = "Осенняя карта"
	newColour = "#7a1f3d"
	newLook   = "#204a87" // of the first level
	newText   = "Тыквенный латте ждёт вас"
	newOffer  = "Пирог дня за полцены"
)

// TestDesignedCard follows a card from the desk to the phone: it is designed and published, somebody joins by a poster and
// carries it, buys so much at a till that they reach a level, and all that carries the card says so: Apple's pass, Google's
// object and the card in the browser. The pass and the card in the browser take the look of the level.
func TestDesignedCard(t *testing.T) {
	t.Parallel()
	p := newPoster(t, "ru", member.ProofCode)
	google := connect(t, p.Site)
	p.widen()
	p.draw(webtest.Open(t).Tab(1440, 900, "ru"))

	tab := webtest.Open(t).Tab(360, 740, "ru")
	as(tab, iPhone)
	p.apply(tab, tillPhone, "Анна")
	tab.Type("#code", demo(tab))
	tab.See(".welcome .points")
	tab.Go(p.Base + "/c/")
	tab.See("#show.ready")
	tab.Until(`document.readyState === "complete" && document.querySelector("#offer")?.innerText.includes("` + newOffer + `")`) // The page may load itself anew, as its worker takes it over.
	if head, offer, about := tab.Text(".face strong"), tab.Text("#offer"), tab.Text("#about"); head != newTitle || !strings.Contains(offer, newOffer) || !strings.Contains(about, newText) {
		t.Errorf("the card is called %q, offers %q and says %q", head, offer, about)
	}
	if got := webtest.Eval[string](tab, `document.querySelector(".face rect").getAttribute("fill")`); got != newColour {
		t.Errorf("the card is of the colour %s", got)
	}
	tab.Until(`document.querySelector("img.strip").naturalWidth === 1125`)
	if flat := webtest.Eval[int](tab, `Math.round(1000 * document.querySelector("img.strip").offsetHeight / document.querySelector("img.strip").offsetWidth)`); flat < 380 || flat > 388 {
		t.Errorf("the wide picture is %d thousandths as high as wide", flat)
	}
	tab.Accessible()
	keepPictures(t, tab, "designed-card-ru")
	tab.Size(360, 740)
	before := tab.Text("#balance strong")

	first := fetchPass(t, tab)
	held := p.register(first)
	report, front := front(t, first, p.Server.Now())
	if ground, _ := report.Pass["backgroundColor"].(string); ground != "rgb(122,31,61)" || !strings.Contains(front, newText) {
		t.Errorf("the pass is %s and says %s", ground, front)
	}
	tag := held.news("")
	issued, err := p.Server.Store.Reader().PassBySerial(t.Context(), held.serial)
	check(t, err)
	_, err = p.Server.Passes.SaveLink(t.Context(), issued, "")
	check(t, err)
	object := pointsAtGoogle(google, issued.Serial)

	p.sellInBrowser(tillPhone, "7000")
	if later := held.news(tag); later == tag {
		t.Errorf("the tag stays at %s", tag)
	}
	status, file := held.ask(http.MethodGet, "passes/"+passType+"/"+issued.Serial, "")
	if status != http.StatusOK {
		t.Fatalf("fetched: %d", status)
	}
	if had, has := field(t, first, p.Server.Now(), "balance"), field(t, file, p.Server.Now(), "balance"); had == "" || has == had {
		t.Errorf("the pass said %q, and after the sale %q", had, has)
	}
	report, err = pass.Inspect(file, p.Server.Now())
	check(t, err)
	if ground, _ := report.Pass["backgroundColor"].(string); ground != "rgb(32,74,135)" {
		t.Errorf("with a level the pass is %s", ground)
	}
	late := time.After(webtest.Patience)
	for look := time.NewTicker(20 * time.Millisecond); pointsAtGoogle(google, issued.Serial) == object; {
		select {
		case <-late:
			t.Fatalf("Google's object still has %q", object)
		case <-look.C:
		}
	}
	tab.Go(p.Base + "/c/")
	tab.Until(`(document.querySelector("#balance strong")?.textContent.trim() ?? "") !== "" && document.querySelector("#balance strong").textContent.trim() !== "` + before + `".trim()`)
	tab.Until(`document.querySelector(".face rect").getAttribute("fill") === "` + newLook + `"`)
}

// widen gives the card that whoever joins is given a wide picture, and a look to the level that the programme has.
func (p *poster) widen() {
	p.t.Helper()
	s, actor := p.Server, auth.Operator(p.Made.Live.Tenant)
	wide := image.NewNRGBA(image.Rect(0, 0, 1125, 432))
	for y := range 432 {
		for x := range 1125 {
			wide.SetNRGBA(x, y, color.NRGBA{R: uint8(120 + x/20), G: uint8(60 + y/8), B: 80, A: 255})
		}
	}
	var raw bytes.Buffer
	check(p.t, png.Encode(&raw, wide))
	picture, err := s.Office.AddPicture(p.t.Context(), actor, s.Now(), raw.Bytes())
	check(p.t, err)
	list, err := s.Office.Templates(p.t.Context(), actor, p.Made.Live.Programme, false, verno.TemplateID{}, 1)
	check(p.t, err)
	of, err := s.Office.Programme(p.t.Context(), actor, p.Made.Live.Programme)
	check(p.t, err)
	of.Draft.Levels.Levels = []verno.Level{{ID: "friend", Name: "Друг", From: 600_000}}
	_, err = s.Office.ChangeProgramme(p.t.Context(), actor, s.Now(), of.Revision, of.Draft)
	check(p.t, err)
	_, err = s.Office.Publish(p.t.Context(), actor, s.Now(), p.Made.Live.Programme, 0, "")
	check(p.t, err)
	t := list[0].Drafted
	t.Design.Pictures = map[card.Slot]string{card.SlotStrip: picture.Hash}
	t.Design.Looks = map[string]card.Look{"friend": {Colours: card.Colours{Background: newLook, Foreground: "#ffffff", Label: "#ffffff"}}}
	_, err = s.Office.ChangeTemplate(p.t.Context(), actor, s.Now(), list[0].ID, list[0].Revision, t)
	check(p.t, err)
}

// draw changes the standard template at the desk, and publishes it.
func (p *poster) draw(tab *webtest.Tab) {
	p.t.Helper()
	tab.Allow("htmx:sendAbort", "htmx:afterRequest") // A preview that is overtaken by the next one is given up.
	p.Enter(tab)
	tab.Go(p.Base + "/desk/cards")
	tab.Click(".card-list h2 a")
	tab.See("#previews .wallet")
	put := func(name, text string) {
		p.t.Helper()
		webtest.Eval[bool](tab, `(() => {
			const field = document.querySelector('[name="`+name+`"]');
			field.value = "`+text+`";
			return field.dispatchEvent(new Event("input", { bubbles: true })) && field.dispatchEvent(new Event("change", { bubbles: true }));
		})()`)
	}
	put("design/title/ru", newTitle)
	put("design/colours/background", newColour)
	tab.Until(`document.querySelector("#previews").textContent.includes("` + newTitle + `")`)
	put("add/field", "text")
	put("add/area", "secondary")
	tab.Click("#add")
	tab.Until(`document.getElementById("up-text/own_1") !== null`)
	name := webtest.Eval[string](tab, `(() => {
		const row = document.getElementById("up-text/own_1").closest(".card-row");
		row.querySelector("details").open = true;
		return row.querySelector('input[name$="/text/ru"]').name;
	})()`)
	put(name, newText)
	put("design/banners/0/text/ru", newOffer)
	put("design/banners/0/from", "2020-01-01")
	tab.Until(`document.querySelector("#previews").textContent.includes("` + newText + `")`)
	tab.Click(`#design .button.main`)
	tab.See(".notice.good")
	tab.Click(`.head [value="publish"]`)
	tab.See("main form .button.main")
	tab.Click("main form .button.main")
	tab.See("#progress")
}

// register is a phone that has taken a pass.
func (p *poster) register(file []byte) *phone {
	p.t.Helper()
	report, _ := front(p.t, file, p.Server.Now())
	serial, _ := report.Pass["serialNumber"].(string)
	token, _ := report.Pass["authenticationToken"].(string)
	held := &phone{p.t, p.Base, serial, token}
	if status, _ := held.ask(http.MethodPost, "devices/phone/registrations/"+passType+"/"+serial, `{"pushToken":"0123456789abcdef0123456789abcdef"}`); status != http.StatusCreated {
		p.t.Fatalf("registered: %d", status)
	}
	return held
}

// field is what a field of a pass says.
func field(t *testing.T, file []byte, now time.Time, key string) string {
	t.Helper()
	report, _ := front(t, file, now)
	for _, f := range report.Fields {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}

// pointsAtGoogle is the balance of an object.
func pointsAtGoogle(google *googletest.Google, serial string) string {
	points, _ := google.Find("loyaltyObject", serial)["loyaltyPoints"].(map[string]any)
	balance, _ := points["balance"].(map[string]any)
	return fmt.Sprint(balance)
}

// sellInBrowser pairs a till, lets a cashier begin, and sells for a sum to whoever says a phone number.
func (p *poster) sellInBrowser(phone, sum string) {
	p.t.Helper()
	const pin = "7391"
	call := func(path string, body, out any) {
		p.t.Helper()
		check(p.t, p.Chain.Owner.Call(p.t.Context(), http.MethodPost, "/api/v1"+path, "", body, out))
	}
	var till struct {
		ID string `json:"id"`
	}
	call("/terminals", map[string]any{"store_id": p.Made.Live.Store.String(), "name": "2"}, &till)
	call("/staff", map[string]any{"name": "Аня", "role": "cashier", "pin": pin}, nil)
	var pairing struct {
		Code string `json:"code"`
	}
	call("/terminals/"+till.ID+"/pairing_code", map[string]any{}, &pairing)
	tab := webtest.Open(p.t).Tab(768, 1024, "ru")
	tab.Go(p.Base + "/till/#pair=" + pairing.Code)
	tab.Click(".pin-name")
	tab.Type("#pin", pin+"\r")
	enter := func(text string) {
		p.t.Helper()
		tab.Type("#scan", text)
		// What comes faster than hands type is a scanner's, which needs no Enter.
		webtest.Eval[bool](tab, `new Promise((done) => setTimeout(() => done(true), 120))`)
		tab.Keys("\r")
	}
	enter(phone)
	tab.See(".guest .name")
	enter(sum)
	tab.See(".earn strong")
	tab.Click("#pay-card:not(:disabled)")
	tab.See(".done")
}
