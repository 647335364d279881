package site

import (
	"cmp"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// FormWords are what a form by which people join says.
type FormWords struct{ Title, Lead, Button string }

// WordsOf are those of a form's look in a language; what is left out there forms say of themselves.
func WordsOf(look *store.ChannelLook, in *words.Lang) FormWords {
	return FormWords{
		cmp.Or(look.Title[in.Code], in.Say("join.title")), cmp.Or(look.Lead[in.Code], in.Say("join.lead")), cmp.Or(look.Button[in.Code], in.Say("join.get")),
	}
}
