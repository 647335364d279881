package member

import (
	"net/http"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// choosePIN sends a code, so that who has found the phone sets no PIN, and asks for both.
func (f *Face) choosePIN(s *seat) error {
	v, err := f.Members.Read(s.r.Context(), s.actor, s.session.Member)
	if err != nil {
		return err
	}
	return f.askPIN(s, &v, verno.NewID[verno.ProofID](s.now, f.Members.Entropy), http.StatusOK)
}

func (f *Face) askPIN(s *seat, v *member.View, id verno.ProofID, status int) error {
	p, err := f.textCode(s, v, id, func(code string) string { return s.Say("card.pin.message", "Code", code, "Name", s.Brand.Name) })
	if err != nil {
		return err
	}
	return s.showAs(status, s.Say("card.pin.title"), pinPage(s, p))
}

// setPIN looks at the PIN before the code, so that one that is refused costs no try of the code.
func (f *Face) setPIN(s *seat) error {
	ctx := s.r.Context()
	v, err := f.Members.Read(ctx, s.actor, s.session.Member)
	if err != nil {
		return err
	}
	var id verno.ProofID
	if err := id.UnmarshalText([]byte(s.form.Value("proof"))); err != nil || id.IsZero() {
		s.to(pinPath)
		return nil //nolint:nilerr // A form that is not ours begins again.
	}
	pin := s.form.Value("pin")
	if err := f.Members.CheckPIN(ctx, s.actor, s.session.Member, pin); err != nil {
		s.form.Fail(s.r, s.Page, err, nil)
		return f.askPIN(s, &v, id, http.StatusUnprocessableEntity)
	}
	if right, err := f.rightCode(s, &v, id); err != nil {
		return err
	} else if !right {
		return f.askPIN(s, &v, id, http.StatusUnprocessableEntity)
	}
	if err := f.Members.SetPIN(ctx, s.actor, s.now, s.session.Member, pin); err != nil {
		return err
	}
	s.to(settingsPath + "?done=pin")
	return nil
}

func (f *Face) dropPIN(s *seat) error {
	if err := f.Members.DropPIN(s.r.Context(), s.actor, s.now, s.session.Member); err != nil {
		return err
	}
	s.to(settingsPath + "?done=no_pin")
	return nil
}
