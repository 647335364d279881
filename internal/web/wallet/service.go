package wallet

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
)

const passMedia = "application/vnd.apple.pkpass"

// words are the schemes as they are written before a token.
var words = map[string]string{
	"applepass": pass.SchemeApple, "androidpass": pass.SchemeAndroid,
	"walletunionpass": pass.SchemeWalletUnion, "walletunionhmspass": pass.SchemeWalletHMS,
}

// authorised finds the pass that a request is about, and how its device is told. It returns pass.ErrToken where the
// request does not show the pass's token.
func (f *Face) authorised(r *http.Request) (p store.Pass, scheme string, err error) {
	word, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	scheme, known := words[strings.ToLower(word)]
	if !known {
		return p, "", pass.ErrToken
	}
	if scheme == pass.SchemeApple && strings.EqualFold(r.Header.Get("X-Pass-Client"), "Passes") {
		scheme = pass.SchemePass2U
	}
	p, err = f.Passes.Authorize(r.Context(), r.PathValue("type"), r.PathValue("serial"), strings.TrimSpace(token))
	return p, scheme, err
}

// register notes that a device wants to hear of a pass: 201 where that is new, 200 where it was known.
func (f *Face) register(w http.ResponseWriter, r *http.Request) error {
	p, scheme, err := f.authorised(r)
	if err != nil {
		return err
	}
	var body struct {
		PushToken string `json:"pushToken"`
	}
	if err := read(w, r, 4<<10, &body); err != nil {
		return err
	}
	fresh, err := f.Passes.Register(r.Context(), p, pass.Registering{
		PassType: r.PathValue("type"), Device: r.PathValue("device"), PushToken: body.PushToken, Scheme: scheme,
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if fresh {
		status = http.StatusCreated
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
	return nil
}

// unregister notes that a device has a pass no more, and says 200 where it had none just as well.
func (f *Face) unregister(w http.ResponseWriter, r *http.Request) error {
	p, _, err := f.authorised(r)
	if err != nil {
		return err
	}
	if err := f.Passes.Unregister(r.Context(), p, r.PathValue("type"), r.PathValue("device")); err != nil {
		return err
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	return nil
}

// updated says which passes of a device are new since a tag. Apple shows no token here: the device's name is the secret.
func (f *Face) updated(w http.ResponseWriter, r *http.Request) error {
	serials, tag, err := f.Passes.Updated(r.Context(), r.PathValue("type"), r.PathValue("device"), r.URL.Query().Get("passesUpdatedSince"))
	if err != nil {
		return err
	}
	if len(serials) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	body, err := json.Marshal(struct {
		SerialNumbers []string `json:"serialNumbers"`
		LastUpdated   string   `json:"lastUpdated"`
	}{serials, tag})
	if err != nil {
		return err
	}
	answer(w, "application/json", body)
	return nil
}

// current says whether what a device has is as new as a pass. A moment that is yet to come says so only where it is the very
// one that the pass is of: else, after the clock was set back, a device would be kept from all changes until it is there again.
func current(modified, has, now time.Time) bool {
	return has.Equal(modified) || has.After(modified) && !has.After(now)
}

// fetch gives a pass, unless what the device has is as new. Only here a pass is made and signed.
func (f *Face) fetch(w http.ResponseWriter, r *http.Request) error {
	p, _, err := f.authorised(r)
	if err != nil {
		return err
	}
	w.Header().Set("Last-Modified", p.ModifiedAt.UTC().Format(http.TimeFormat))
	if has, err := http.ParseTime(r.Header.Get("If-Modified-Since")); err == nil && current(p.ModifiedAt, has, f.Clock()) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	file, err := f.Build(r.Context(), p, f.Clock())
	if err != nil {
		w.Header().Del("Last-Modified")
		return err
	}
	answer(w, passMedia, file)
	return nil
}

// download gives a browser the pass, or the bundle, that an address from a page leads to.
func (f *Face) download(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	passes, err := f.Passes.OpenAppleLink(r.Context(), r.PathValue("file"), q.Get("until"), q.Get("token"))
	if err != nil {
		return err
	}
	files := make([][]byte, len(passes))
	for i := range passes {
		if files[i], err = f.Build(r.Context(), passes[i], f.Clock()); err != nil {
			return err
		}
	}
	if len(files) == 1 {
		w.Header().Set("Last-Modified", passes[0].ModifiedAt.UTC().Format(http.TimeFormat))
		answer(w, passMedia, files[0])
		return nil
	}
	bundle, err := f.Bundle(files)
	if err != nil {
		return err
	}
	answer(w, passMedia+"es", bundle)
	return nil
}

// read reads a body of JSON, which wallets send with whatever they believe its type is, and with more in it than Apple
// describes.
func read(w http.ResponseWriter, r *http.Request, limit int64, into any) error {
	body := http.MaxBytesReader(w, r.Body, limit)
	if err := json.NewDecoder(body).Decode(into); err != nil {
		if web.BodyTooLarge(r.Body, err) {
			return errLarge
		}
		return errBody
	}
	return nil
}
