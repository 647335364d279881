package till_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/web/assets"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// stroke is a key as it lies on the keyboard, and what the layout makes of it.
type stroke struct {
	code, key string
	text      string // what it types; empty for nothing
	mod       int64
	repeat    bool
}

// keyboard strikes keys at times of its own, so that a busy machine makes nobody a slower typist.
type keyboard struct {
	tab *webtest.Tab
	at  time.Time
}

func (k *keyboard) strike(after time.Duration, strokes ...stroke) {
	for _, s := range strokes {
		k.at = k.at.Add(after)
		p := input.DispatchKeyEventParams{
			Type: "keyDown", Code: s.code, Key: s.key, Text: s.text, Modifiers: s.mod,
			Timestamp: input.TimeSinceEpoch(float64(k.at.UnixMicro()) / 1e6),
		}
		if s.repeat {
			p.AutoRepeat = &s.repeat
		}
		if s.text == "" {
			p.Type = "rawKeyDown"
		}
		webtest.Send(k.tab, input.DispatchKeyEvent, p)
		if !s.repeat {
			p.Type, p.Text = "keyUp", ""
			webtest.Send(k.tab, input.DispatchKeyEvent, p)
		}
	}
}

var (
	enter   = stroke{code: "Enter", key: "Enter", text: "\r"}
	tabKey  = stroke{code: "Tab", key: "Tab"}
	onShift = int64(8)
	onCtrl  = int64(2)
)

// russian is how a scanner's characters come through where the keyboard is switched to Russian.
func russian(scan string) []stroke {
	const latin, cyrillic = "abcdefghijklmnopqrstuvwxyz", "фисвуапршолдьтщзйкыегмцчня"
	letters := []rune(cyrillic)
	var all []stroke
	for _, c := range scan {
		s := stroke{key: string(c), text: string(c)}
		switch i := strings.IndexRune(latin, c|0x20); {
		case c >= '0' && c <= '9':
			s.code = "Digit" + s.text
		case c == ']':
			s.code, s.key, s.text = "BracketRight", "ъ", "ъ"
		case c == '-':
			s.code = "Minus"
		case i >= 0:
			s.code = "Key" + strings.ToUpper(string(latin[i]))
			s.key = string(letters[i])
			if c < 'a' {
				s.key, s.mod = strings.ToUpper(s.key), onShift
				all = append(all, stroke{code: "ShiftLeft", key: "Shift", mod: onShift})
			}
			s.text = s.key
		}
		all = append(all, s)
	}
	return all
}

// plain opens a page with one field and a listening scanner, and no till around it.
func plain(t *testing.T, site *webtest.Site) (*webtest.Tab, *keyboard) {
	t.Helper()
	tab := webtest.Open(t).Tab(800, 600, "ru")
	tab.Go(site.Base + "/desk/login")
	webtest.Eval[bool](tab, `(async () => {
		const { listen } = await import("`+assets.URL("till/wedge.js")+`");
		document.body.innerHTML = '<form><input id="field"></form>';
		window.scans = [];
		window.sent = 0;
		document.querySelector("form").addEventListener("submit", (e) => { e.preventDefault(); window.sent++; });
		listen((text) => window.scans.push(text));
		document.getElementById("field").focus();
		return true;
	})()`)
	return tab, &keyboard{tab, time.Now()}
}

func (k *keyboard) scans() string {
	return webtest.Eval[string](k.tab, `window.scans.splice(0).join(" ")`)
}

func (k *keyboard) empty() {
	webtest.Eval[bool](k.tab, `(document.getElementById("field").value = "") === ""`)
}

func (k *keyboard) field() string {
	return webtest.Eval[string](k.tab, `document.getElementById("field").value`)
}

// TestScanner: what a scanner types is known by its speed and read by where the keys lie, and what a person types stays.
func TestScanner(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	tab, k := plain(t, site)
	const fast, slow = 8 * time.Millisecond, 140 * time.Millisecond
	set := func(settings string) {
		webtest.Eval[bool](tab, `import("`+assets.URL("till/wedge.js")+`").then(w => { localStorage.removeItem("verno.till.wedge"); w.set(`+settings+`); return true; })`)
		k.empty()
	}
	see := func(what, scans, field string) {
		t.Helper()
		if got := k.scans(); got != scans {
			t.Errorf("%s: scanned %q, not %q", what, got, scans)
		}
		if got := k.field(); got != field {
			t.Errorf("%s: the field has %q, not %q", what, got, field)
		}
		k.empty()
		k.at = k.at.Add(time.Second)
	}
	sameStripes(t, tab)
	set("{}")
	k.strike(fast, append(russian("VRN-42abc7"), enter)...)
	see("letters on a Russian layout", "VRN-42abc7", "")
	k.strike(slow, russian("79161234567")...)
	k.strike(slow, enter)
	see("a person", "", "79161234567")
	k.strike(slow, russian("500")...)
	k.at = k.at.Add(time.Second)
	k.strike(fast, append(russian("9354164607910627"), enter)...)
	see("a scan after a sum that was typed", "9354164607910627", "500")
	k.strike(fast, append(russian("]Q1"+"159507340696881659908463189827823806093520"), enter)...)
	see("a scan that names its kind of code", "159507340696881659908463189827823806093520", "")
	k.strike(fast, append(russian("1234"), enter)...)
	see("four quick digits", "", "1234")
	k.strike(fast, append(append(russian("0104607"), stroke{code: "BracketRight", key: "]", mod: onCtrl}), append(russian("21abc"), enter)...)...)
	see("a control character within", "010460721abc", "")
	k.strike(slow, russian("9354")...)
	k.strike(fast, append(russian("164607910627"), enter)...)
	see("a scan that was torn apart", "", "9354164607910627")
	held := stroke{code: "Digit7", key: "7", text: "7"}
	k.strike(fast, held)
	held.repeat = true
	k.strike(30*time.Millisecond, held, held, held, held, held, held, held, held)
	k.strike(fast, enter)
	see("a key that is held down", "", "777777777")
	set(`{ suffix: "Tab", prefix: "]" }`)
	k.strike(fast, append(russian("]4600000000017"), tabKey)...)
	see("a prefix, and Tab behind", "4600000000017", "")
	webtest.Eval[bool](tab, `document.getElementById("field").focus() ?? true`)
	k.strike(fast, append(russian("4600000000017"), enter)...)
	see("no prefix where there must be one", "", "4600000000017")
	set(`{ suffix: "none", gap: 500 }`) // Its end is told by the clock of the page, which keys reach late on a busy machine.
	k.strike(fast, russian("9354164607910627")...)
	tab.Until(`window.scans.length === 1`)
	see("nothing behind", "9354164607910627", "")
}

// sameStripes sees that the till takes for a bank card's stripe what the server does, and nothing else: what it takes for
// another it may keep until the network is back.
func sameStripes(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	var texts []string
	for _, number := range []string{
		"4111111111111111", "378282246310005", "2200000000000004", "9860000000000009", "4111111111111112", "7825390012345677", "9354164607910627", "000123456",
	} {
		for _, form := range []string{
			"%BN^IVANOV/IVAN^29122010000?;N=29122010000?", "BN^IVANOV/IVAN^2912201", ";N=2912201?", ";N=4912?", ";N?", "N", "N=2912201", "NdD2912201F", "NDF", "жN=2912201,",
			"%ИN:ШМФТ:2912201,", ";E?+01N=29?", "%CLUB-7?;N=29?", "%CLUB-7?x;N=29?", "+7N", "%N", "a;N=2912201?", "ND29122010000F", "%B4 N^X^?",
		} {
			texts = append(texts, strings.Replace(form, "N", number, 2))
		}
	}
	list, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	banks := webtest.Eval[[]bool](tab, `import("`+assets.URL("till/track.js")+`").then(({ ofBank }) => `+string(list)+`.map(ofBank))`)
	for i, text := range texts {
		_, err := code.Parse(text)
		if want := errors.Is(err, verno.Invalid("bank_card_shown")); banks[i] != want {
			t.Errorf("%q: a bank card at the till: %t, to the server: %t", text, banks[i], want)
		}
	}
}
