package till

import (
	"encoding/json"
	"net/http"
	"regexp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// linkPath is the address of a link to a card, below that of Verno.
var linkPath = regexp.MustCompile(`^/c/l/[0-9a-z]{26}$`)

// LinkCode is the code that brings a phone to an address.
type LinkCode struct {
	SVG string `json:"svg"`
}

// linkCode draws a link as a code for a phone to read. The link comes in the body, as addresses stand in logs.
func (t *Till) linkCode(w http.ResponseWriter, r *http.Request) {
	a, err := t.who(r)
	if err == nil {
		web.Attribute(r.Context(), a.Name())
		err = a.Require(verno.MayTopUp)
	}
	var asked struct {
		Path string `json:"path"`
	}
	if err == nil && json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&asked) != nil || err == nil && !linkPath.MatchString(asked.Path) {
		err = verno.InvalidField("/path", "unknown_value", "known", "/c/l/…")
	}
	var svg string
	if err == nil {
		svg, err = view.QRCode(t.Frame.Outside(r)+asked.Path, words.Of(r).Say("till.gift.code"))
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	web.Show(w, http.StatusOK, &LinkCode{svg})
}
