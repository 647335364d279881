package desk_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// drawing is the designer of a template in a tab.
type drawing struct {
	*webtest.Site
	*webtest.Tab

	at string // its address
}

// designer makes a template of a kind and opens its designer.
func designer(t *testing.T, lang, kind string) *drawing {
	t.Helper()
	d := &drawing{Site: webtest.Serve(t, lang, webtest.Size{Guests: 1}, nil)}
	d.Tab = webtest.Open(t).Tab(1440, 900, lang)
	d.Enter(d.Tab)
	made, err := d.Server.Office.CreateTemplate(t.Context(), auth.Operator(d.Made.Live.Tenant), d.Server.Now(), d.Made.Live.Programme, card.Template{Kind: kind, Name: "Proba"})
	if err != nil {
		t.Fatal(err)
	}
	d.at = d.Base + "/desk/cards/" + made.ID.String()
	d.Go(d.at)
	d.See("#previews .wallet")
	return d
}

// stands waits until a field is in an area, at a place counted from zero.
func (d *drawing) stands(field, area string, place int) {
	d.Until(fmt.Sprintf(`(() => {
		const row = document.getElementById("up-%s")?.closest(".card-row");
		return row?.closest(".card-area").dataset.area === %q && [...row.parentElement.children].indexOf(row) === %d;
	})()`, field, area, place))
}

// TestCardDragged moves fields with the mouse: before another one, and to the end of an area; a long one stays on the back.
func TestCardDragged(t *testing.T) {
	t.Parallel()
	d := designer(t, "ru", "points")
	grip := func(field string) string {
		return fmt.Sprintf(`.card-row:has([id="up-%s"]) .card-grip`, field)
	}
	d.stands("worth", "secondary", 0)
	d.stands("expiring", "secondary", 1)
	d.stands("debt", "auxiliary", 0)
	d.Carry(d.Middle(grip("debt")), d.Middle(grip("worth")))
	d.stands("debt", "secondary", 0)
	d.stands("worth", "secondary", 1)
	d.Until(`document.getElementById("said").innerText.replaceAll("\u00a0", " ").includes("Долг по баллам")`)
	d.Click(`.card-row:has([id="up-news"]) summary`) // A row that is being changed is not dragged.
	d.Until(`!document.getElementById("up-news").closest(".card-row").draggable`)
	d.Click(`.card-row:has([id="up-news"]) summary`)
	d.Until(`document.getElementById("up-news").closest(".card-row").draggable`)
	d.Carry(d.Middle(grip("news")), d.Middle(`[data-area="auxiliary"] h3`))
	d.Until(`document.getElementById("said").textContent.includes("Новости")`)
	if got := webtest.Eval[string](d.Tab, `document.getElementById("up-news").closest(".card-area").dataset.area`); got != "back" {
		t.Errorf("the news stand in %s", got)
	}
}

// TestCardArrangedByKeys moves a field, takes one away, and undoes and does it again, with the keys alone; the focus stays
// where it was.
func TestCardArrangedByKeys(t *testing.T) {
	t.Parallel()
	d := designer(t, "en", "points")
	d.stands("expiring", "secondary", 1)
	reach(t, d.Tab, `[id="up-expiring"]`)
	d.Keys(kb.Enter)
	d.stands("expiring", "secondary", 0)
	d.Until(`document.activeElement?.id === "up-expiring"`)
	d.Keys(kb.Enter)
	d.stands("expiring", "primary", 1)
	d.Until(`document.activeElement?.id === "up-expiring" && document.getElementById("said").textContent.includes("Expiring")`)
	reach(t, d.Tab, `[id="remove-worth"]`)
	d.Keys(kb.Enter)
	d.Until(`document.getElementById("up-worth") === null`)
	d.Until(`document.activeElement?.id.startsWith("remove-")`)
	past := func(n int) {
		d.Until(fmt.Sprintf(`JSON.parse(sessionStorage.getItem(Object.keys(sessionStorage).find((k) => k.startsWith("verno.card")))).past.length === %d`, n))
	}
	past(4)
	webtest.Eval[bool](d.Tab, `(document.querySelector("[data-undo]").focus(), true)`)
	d.Keys(kb.Enter)
	d.Until(`document.getElementById("up-worth") !== null`)
	past(3)
	d.Until(`document.activeElement?.matches("[data-undo]")`)
	d.Keys(kb.Enter)
	d.stands("expiring", "secondary", 0)
	past(2)
	d.Click("[data-redo]")
	d.stands("expiring", "primary", 1)
	past(3)
	d.Click("[data-redo]")
	d.Until(`document.getElementById("up-worth") === null`)
	if text := d.Text("main"); strings.Contains(text, "⟨") {
		t.Error("a message is missing")
	}
}

// TestCardCut sends a picture, moves and draws the frame with the mouse, and finds the part that was chosen on the card.
func TestCardCut(t *testing.T) {
	t.Parallel()
	d := designer(t, "ru", "points")
	d.Go(d.at + "/pictures/strip")
	d.See("#file")
	savePages(t, d.Tab, "card-picture")
	d.Size(1440, 900)
	d.upload(1200, 900)
	d.See("#crop")
	savePages(t, d.Tab, "card-crop")
	d.Size(1440, 900)
	first := d.frame()
	if first.Width != 1200 || first.X != 0 {
		t.Errorf("the frame begins at %+v", first)
	}
	from := d.Middle(".card-crop .frame")
	d.Drag(from, webtest.Point{X: from.X, Y: from.Y - 500})
	if got := d.frame(); got.Y != 0 || got.X != 0 || got.Width != 1200 {
		t.Errorf("after it was moved up the frame is at %+v", got)
	}
	box := webtest.Eval[[]float64](d.Tab, `(() => { const r = document.querySelector(".card-crop").getBoundingClientRect(); return [r.left, r.bottom]; })()`)
	corner := webtest.Point{X: from.X - 150, Y: box[1] - 150}
	d.Drag(corner, webtest.Point{X: corner.X + 200, Y: corner.Y + 60})
	drawn := d.frame()
	if drawn.Width >= 1200 || drawn.Width < 200 || drawn.Y < 400 {
		t.Errorf("the frame that was drawn is at %+v", drawn)
	}
	d.Click(`#crop [value="cut"]`)
	d.See(".notice.good")
	d.Until(`document.querySelector('#previews image[href*="/card_pictures/"]') !== null`)
	if hash := webtest.Eval[string](d.Tab, `document.querySelector('[name="design/pictures/strip"]').value`); len(hash) != 64 {
		t.Errorf("the draft has the picture %q", hash)
	}
	save(t, d.Tab, "card-with-strip")
	d.Go(d.at + "/pictures/strip")
	d.Click(`button[value="none"]`)
	d.See(".notice.good")
	if hash := webtest.Eval[string](d.Tab, `document.querySelector('[name="design/pictures/strip"]').value`); hash != "" {
		t.Errorf("the picture %q is still there", hash)
	}
}

// upload sends a picture that the browser has painted itself.
func (d *drawing) upload(width, height int) {
	webtest.Eval[bool](d.Tab, fmt.Sprintf(`(async () => {
		const canvas = document.createElement("canvas");
		[canvas.width, canvas.height] = [%d, %d];
		const pen = canvas.getContext("2d"), sky = pen.createLinearGradient(0, 0, canvas.width, canvas.height);
		sky.addColorStop(0, "#f4b942"); sky.addColorStop(1, "#7a1f3d");
		pen.fillStyle = sky; pen.fillRect(0, 0, canvas.width, canvas.height);
		pen.fillStyle = "#fff"; pen.beginPath(); pen.arc(canvas.width / 2, canvas.height / 2, canvas.height / 5, 0, 7); pen.fill();
		const files = new DataTransfer();
		files.items.add(new File([await new Promise((done) => canvas.toBlob(done, "image/png"))], "picture.png", { type: "image/png" }));
		document.getElementById("file").files = files.files;
		return true;
	})()`, width, height))
	d.Click(`form[enctype="multipart/form-data"] button`)
}

// area is where the frame of a cut is.
type area struct{ X, Y, Width int }

// frame reads the numbers, which the frame has to agree with.
func (d *drawing) frame() area {
	d.Until(`["x", "y", "width"].every((n) => Number(document.querySelector(".card-crop .frame").getAttribute(n)) === Number(document.getElementById(n).value))`)
	return webtest.Eval[area](d.Tab, `({ X: Number(document.getElementById("x").value), Y: Number(document.getElementById("y").value), Width: Number(document.getElementById("width").value) })`)
}

// TestCardRolledBack publishes twice, puts the first version into force again, and then the template away and back.
func TestCardRolledBack(t *testing.T) {
	t.Parallel()
	d := designer(t, "ru", "discount")
	publish := func() {
		d.Click(`.head [value="publish"]`)
		d.See("main form .button.main")
		d.Click("main form .button.main")
		d.See("#progress")
	}
	publish()
	d.Go(d.at)
	d.See("#previews .wallet")
	d.Fill(`[name="design/title/ru"]`, "Совсем другая карта")
	d.Click("#design .button.main")
	d.See(".notice.good")
	publish()
	if text := d.Text("main"); !strings.Contains(text, "Совсем другая карта") {
		t.Error("version 2 does not say what has changed")
	}
	d.Go(d.at + "/versions")
	savePages(t, d.Tab, "card-versions")
	d.Size(1440, 900)
	d.Go(d.at + "/versions/1")
	d.See("form[action$='/rollback'] .button.main")
	savePages(t, d.Tab, "card-rollback")
	d.Size(1440, 900)
	d.Click("form[action$='/rollback'] .button.main")
	d.See(".notice.good")
	if head := d.Text("main h1"); !strings.Contains(head, "Версия 3") {
		t.Error(head)
	}
	if picture := d.Text(".card-walls figure:last-child"); strings.Contains(picture, "Совсем другая") {
		t.Errorf("after going back it is still %q", picture)
	}
	d.Go(d.at)
	d.Click(`form[action$="/act/archive"] button`)
	d.Until(`location.pathname === "/desk/cards"`)
	if text := d.Text("main"); strings.Contains(text, "Proba") {
		t.Error("what was put away is still in the list")
	}
	d.Click(`a[href*="archived=1"]`)
	d.Until(`document.querySelector("main")?.textContent.includes("Proba")`)
	savePages(t, d.Tab, "cards-archive")
	d.Size(1440, 900)
	d.Go(d.at)
	d.See(`form[action$="/act/restore"]`)
	d.Click(`form[action$="/act/restore"] button`)
	d.Until(`document.querySelector('form[action$="/act/restore"]') === null && document.querySelector("#previews") !== null`)
}
