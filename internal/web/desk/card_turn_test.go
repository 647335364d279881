package desk_test

import (
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestCardsTakeTurns presses faster than the desk answers: each press moves the field one step, what is typed meanwhile
// calls none off, and the page is never left for it.
func TestCardsTakeTurns(t *testing.T) {
	t.Parallel()
	d := designer(t, "ru", "points")
	webtest.Eval[bool](d.Tab, `(() => {
		window.here = true;
		const press = (id) => document.getElementById(id).click();
		for (let i = 0; i < 3; i++) press("down-balance");
		document.getElementById("design").dispatchEvent(new Event("change", { bubbles: true }));
		press("up-level");
		return true;
	})()`)
	d.stands("balance", "secondary", 2)
	d.Until(`document.querySelector('#previews .wallet').textContent.length > 0 && document.querySelector(".htmx-request") === null`)
	webtest.Eval[bool](d.Tab, `(() => {
		document.querySelector('[name="add/field"]').value = "text";
		document.querySelector('[name="add/area"]').value = "auxiliary";
		document.getElementById("add").click();
		document.getElementById("design").dispatchEvent(new Event("change", { bubbles: true }));
		return true;
	})()`)
	d.stands("text/own_1", "auxiliary", 1)
	d.Until(`document.activeElement?.name?.endsWith("/text/ru") && document.activeElement.selectionEnd > 0`)
	if !webtest.Eval[bool](d.Tab, `window.here === true`) {
		t.Error("a press left the page")
	}
}

// TestCardIsPublishedAsItStands goes from the form to the publication without saving: what is published is what was typed.
// Whoever leaves the form otherwise is asked first.
func TestCardIsPublishedAsItStands(t *testing.T) {
	t.Parallel()
	d := designer(t, "en", "discount")
	asks := func() bool {
		return webtest.Eval[bool](d.Tab, `(() => { const e = new Event("beforeunload", { cancelable: true }); dispatchEvent(e); return e.defaultPrevented; })()`)
	}
	if asks() {
		t.Error("who has changed nothing is asked whether to leave")
	}
	d.Fill(`[name="design/logo_text/en"]`, "Bakers of the North")
	if !asks() {
		t.Error("what was typed is left without a word")
	}
	d.Click(`[value="publish"]`)
	d.See("main form .button.main")
	if text := webtest.Eval[string](d.Tab, `document.querySelector(".card-walls figure:last-child").textContent`); !strings.Contains(text, "Bakers of the North") {
		t.Errorf("what is published says %q", text)
	}
}
