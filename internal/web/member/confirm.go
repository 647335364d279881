package member

import (
	"errors"
	"slices"

	"github.com/verno-loyalty/verno"
)

// confirm is the member's yes or no to the question of a till.
func (f *Face) confirm(s *seat) error {
	var id verno.ConfirmationID
	if err := id.UnmarshalText([]byte(s.form.Value("question"))); err != nil {
		return verno.NotFound("not_found").With("thing", "confirmation")
	}
	said := "no"
	if s.form.Value("answer") == "yes" {
		said = "yes"
	}
	err := f.Till.Answer(s.r.Context(), s.actor, id, said == "yes")
	if errors.Is(err, verno.Conflict("confirmation_over")) {
		said, err = "late", nil
	}
	if err != nil {
		return err
	}
	s.to(CardBase + "?said=" + said)
	return nil
}

// saidOf is what the page says that the member has said.
func saidOf(s *seat) string {
	words := []string{"yes", "no", "late"}
	if at := slices.Index(words, s.Query.Get("said")); at >= 0 {
		return words[at]
	}
	return ""
}
