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
	var over *verno.Error
	switch {
	case errors.As(err, &over) && over.Code == "confirmation_over" && over.Params["said"] == "yes":
		said = "before"
	case errors.Is(err, verno.Conflict("confirmation_over")):
		said = "late"
	case err != nil:
		return err
	}
	s.to(CardBase + "?said=" + said)
	return nil
}

// saidOf is what the page says that the member has said.
func saidOf(s *seat) string {
	words := []string{"yes", "no", "late", "before"}
	if at := slices.Index(words, s.Query.Get("said")); at >= 0 {
		return words[at]
	}
	return ""
}
