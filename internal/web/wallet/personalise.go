package wallet

import (
	"net/http"

	"github.com/verno-loyalty/verno/internal/pass"
)

// Person is what somebody filled in where a pass asked who they are. What was not asked for is empty.
type Person struct {
	FullName, GivenName, FamilyName string
	Email, Phone, PostalCode        string
	Country                         string // ISO code
}

// personalise makes a member of whoever filled in the form of a pass, and answers with the signature that the phone waits
// for. Apple describes no token here: the serial number, which nobody guesses, is the secret. Where a phone shows one all
// the same, it has to be the right one.
func (f *Face) personalise(w http.ResponseWriter, r *http.Request) error {
	if f.Personalise == nil {
		http.NotFound(w, r)
		return nil
	}
	p, err := f.Passes.Issued(r.Context(), r.PathValue("type"), r.PathValue("serial"))
	if r.Header.Get("Authorization") != "" {
		p, _, err = f.authorised(r)
	}
	if err != nil {
		return err
	}
	var body struct {
		Token string `json:"personalizationToken"`
		Info  struct {
			FullName   string `json:"fullName"`
			GivenName  string `json:"givenName"`
			FamilyName string `json:"familyName"`
			Email      string `json:"emailAddress"`
			Phone      string `json:"phoneNumber"`
			PostalCode string `json:"postalCode"`
			Country    string `json:"ISOCountryCode"`
		} `json:"requiredPersonalizationInfo"`
	}
	if err := read(w, r, 16<<10, &body); err != nil {
		return err
	}
	if body.Token == "" || len(body.Token) > 4<<10 {
		return pass.ErrRegistration
	}
	i := &body.Info
	signature, err := f.Personalise(r.Context(), p, Person{
		FullName: i.FullName, GivenName: i.GivenName, FamilyName: i.FamilyName, Email: i.Email, Phone: i.Phone,
		PostalCode: i.PostalCode, Country: i.Country,
	}, []byte(body.Token))
	if err != nil {
		return err
	}
	answer(w, "application/octet-stream", signature)
	return nil
}
