package wallet

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/verno-loyalty/verno/internal/store"
)

// Form is what whoever joins has told the wallet.
type Form struct{ Name, Phone, Email string }

// personalise takes the form of a pass that belongs to nobody yet, and answers the wallet's token signed: the same for
// whoever joins and for whoever has a card already, so that nobody asks here who has one.
func (f *Face) personalise(w http.ResponseWriter, r *http.Request) error {
	if err := f.joiners.Take(w.Header(), f.Frame.Address(r), f.Clock()); err != nil {
		return err
	}
	var body struct {
		Token string `json:"personalizationToken"`
		Info  struct {
			FullName  string `json:"fullName"`
			GivenName string `json:"givenName"`
			Email     string `json:"emailAddress"`
			Phone     string `json:"phoneNumber"`
		} `json:"requiredPersonalizationInfo"`
	}
	if err := read(w, r, 8<<10, &body); err != nil {
		return err
	}
	told := Form{
		Name: strings.TrimSpace(cmp.Or(body.Info.GivenName, body.Info.FullName)), Phone: body.Info.Phone, Email: body.Info.Email,
	}
	signed, err := f.Passes.Personalise(r.Context(), r.PathValue("type"), r.PathValue("serial"), body.Token,
		func(ctx context.Context, s store.SignUp) (known bool, err error) {
			return f.Join(ctx, s, told, f.Clock())
		})
	if err != nil {
		return err
	}
	answer(w, "application/octet-stream", signed)
	return nil
}
