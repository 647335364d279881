package till

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// Texts are what somebody agrees to who joins at the till. The till keeps them, for guests who join without a network.
type Texts struct {
	Items []Text `json:"items"` // empty where none was published
}

// Text is one of them, in the version in force.
type Text struct {
	Purpose string `json:"purpose"`
	Version string `json:"version"` // language and number
	Title   string `json:"title"`
	Body    string `json:"body"`
	Hash    string `json:"hash"` // SHA-256 of the body, in hexadecimal
}

func (t *Till) texts(w http.ResponseWriter, r *http.Request) {
	a, err := t.who(r)
	if err == nil {
		web.Attribute(r.Context(), a.Name())
		err = a.Require(verno.MayWriteMembers)
	}
	var all []store.LegalText
	if err == nil {
		all, err = t.Reader.LegalTexts(r.Context(), a.Tenant)
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	web.Show(w, http.StatusOK, textsIn(words.Of(r).Code, all))
}

// textsIn chooses each text in a language, or in another where it lacks in that one.
func textsIn(language string, all []store.LegalText) *Texts {
	shown := &Texts{Items: []Text{}}
	for _, purpose := range []string{"terms", "personal_data", "advertising"} {
		at := slices.IndexFunc(all, func(x store.LegalText) bool { return x.Purpose == purpose && x.Language == language })
		if at < 0 {
			at = slices.IndexFunc(all, func(x store.LegalText) bool { return x.Purpose == purpose })
		}
		if at < 0 {
			continue
		}
		x := &all[at]
		shown.Items = append(shown.Items, Text{
			Purpose: purpose, Version: x.Language + "-" + strconv.FormatInt(x.Version, 10), Title: x.Title, Body: x.Body, Hash: hex.EncodeToString(x.Hash),
		})
	}
	return shown
}
