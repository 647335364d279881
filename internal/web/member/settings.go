package member

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/words"
)

const (
	settingsPath = CardBase + "settings"
	unfreezePath = CardBase + "unfreeze"
	erasePath    = CardBase + "erase"
	pinPath      = CardBase + "pin"
)

// choices is what the page of settings shows.
type choices struct {
	view     member.View
	consents []consented
	devices  []member.Session
	payment  []member.PaymentCard
	pin      member.PIN
	done     string // what was done just now
	big      bool
}

// consented is what the member has said to a purpose, and the text in force.
type consented struct {
	purpose string
	last    verno.Consent    // zero where nothing was said
	text    *store.LegalText // nil where none is published
	free    bool             // may be withdrawn without giving the card back
	newer   bool             // the text in force is not the one that was agreed to
}

// label names the text in force, as a consent to it does.
func (one *consented) label() string {
	return one.text.Language + "-" + strconv.FormatInt(one.text.Version, 10)
}

// done are the things of which the page says that they were done.
var done = []string{"device", "consent", "withdrawn", "frozen", "unfrozen", "replaced", "pin", "no_pin", "payment"}

func (f *Face) settings(s *seat) error {
	ctx := s.r.Context()
	if _, err := f.about(s); err != nil {
		return err
	}
	p := choices{}
	if at := slices.Index(done, s.Query.Get("done")); at >= 0 {
		p.done = done[at]
	}
	if b, err := s.r.Cookie(bigCookie); err == nil {
		p.big = b.Value == "1"
	}
	var err error
	if p.view, err = f.Members.Read(ctx, s.actor, s.session.Member); err != nil {
		return err
	}
	if p.consents, err = f.consents(s); err != nil {
		return err
	}
	if p.pin, err = f.Members.PIN(ctx, s.actor, s.session.Member); err != nil {
		return err
	}
	if p.devices, err = f.Members.Sessions(ctx, s.session, s.now); err != nil {
		return err
	}
	if p.payment, err = f.Members.PaymentCards(ctx, s.actor, s.session.Member); err != nil {
		return err
	}
	return s.show(s.Say("card.settings"), settingsPage(s, &p))
}

// consents are the purposes that the shop asks for, and what the member has said.
func (f *Face) consents(s *seat) ([]consented, error) {
	said, err := f.Members.Consents(s.r.Context(), s.actor, s.session.Member)
	if err != nil {
		return nil, err
	}
	texts, err := f.Reader.LegalTexts(s.r.Context(), s.session.Tenant)
	if err != nil {
		return nil, err
	}
	var all []consented
	for _, purpose := range member.Purposes {
		one := consented{purpose: purpose, free: purpose == member.PurposeAdvertising}
		for i := range said {
			if said[i].Purpose == purpose {
				one.last = said[i]
			}
		}
		for i := range texts {
			if t := &texts[i]; t.Purpose == purpose && (one.text == nil || t.Language == s.Code) {
				one.text = t
			}
		}
		one.newer = one.text != nil && one.last.Granted && !slices.ContainsFunc(texts, func(t store.LegalText) bool {
			return t.Purpose == purpose && bytes.Equal(t.Hash, one.last.TextHash)
		})
		if one.text != nil || !one.last.GivenAt.IsZero() {
			all = append(all, one)
		}
	}
	return all, nil
}

// consent agrees to advertising, or takes that back; what the card cannot be without ends with the card, and can only be
// agreed to anew where its text has changed. A text that was changed since it was shown is shown again.
func (f *Face) consent(s *seat) error {
	all, err := f.consents(s)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(one consented) bool {
		return one.purpose == s.form.Value("purpose") && (one.free || one.newer && s.form.On("agree"))
	})
	if at < 0 {
		return verno.InvalidField("/purpose", "not_known")
	}
	g := member.Agreement{Purpose: all[at].purpose, Granted: s.form.On("agree"), Channel: "card"}
	if g.Granted {
		if all[at].text == nil {
			return verno.Conflict("texts_missing")
		}
		g.TextHash, g.TextVersion = all[at].text.Hash, all[at].label()
		if g.TextVersion != s.form.Value("text") {
			s.to(settingsPath + "#consents")
			return nil
		}
	}
	if _, err := f.Members.Consent(s.r.Context(), s.actor, s.now, s.session.Member, g); err != nil {
		return err
	}
	what := "withdrawn"
	if g.Granted {
		what = "consent"
	}
	s.to(settingsPath + "?done=" + what + "#consents")
	return nil
}

// setLanguage is that of all pages, under an address that the worker of the card hears of.
func (f *Face) setLanguage(s *seat) error {
	if to := s.form.Value("to"); slices.Contains(words.Languages, to) {
		site.SetCookie(s.w, site.Cookie{Name: words.Cookie, Value: to, Path: "/", Seconds: lasts})
	}
	s.to(settingsPath)
	return nil
}

func (f *Face) freeze(s *seat) error {
	if _, err := f.Members.Freeze(s.r.Context(), s.actor, s.session.Member); err != nil {
		return err
	}
	s.to(settingsPath + "?done=frozen")
	return nil
}

// unfreezing sends a code, so that who has found the phone does not undo what its owner did.
func (f *Face) unfreezing(s *seat) error {
	v, err := f.Members.Read(s.r.Context(), s.actor, s.session.Member)
	if err != nil {
		return err
	}
	if !v.Frozen {
		s.to(settingsPath)
		return nil
	}
	id := verno.NewID[verno.ProofID](s.now, f.Members.Entropy)
	return f.askCode(s, &v, id, http.StatusOK)
}

// askCode shows the form for a code that is on its way; where none can be sent it says whom to ask.
func (f *Face) askCode(s *seat, v *member.View, id verno.ProofID, status int) error {
	p, err := f.textCode(s, v, id, func(code string) string { return s.Say("card.unfreeze_message", "Code", code, "Name", s.Brand.Name) })
	if err != nil {
		return err
	}
	return s.showAs(status, s.Say("card.unfreeze"), unfreezePage(s, p))
}

// textCode sends a code to the member's phone, by which something is proved that the card alone does not.
func (f *Face) textCode(s *seat, v *member.View, id verno.ProofID, text func(code string) string) (*proof, error) {
	p := &proof{id: id}
	if !f.Members.CanProve() || v.Person.Phone == "" {
		return p, nil
	}
	sent, err := f.Members.SendCode(s.r.Context(), s.now, member.CodeRequest{
		Tenant: s.session.Tenant, ID: id, Phone: v.Person.Phone, Address: f.Frame.Address(s.r), Text: text,
	})
	if err != nil {
		return nil, err
	}
	ticket := member.Ticket{Person: v.Person}
	p.phone, p.aloud = masked(&ticket), sent.Aloud
	return p, nil
}

// proof is what the page shows that asks for a code; without a phone none can be sent.
type proof struct {
	id    verno.ProofID
	phone string // masked
	aloud string // the code, in a demo
}

// rightCode checks the code that was typed, and says at its field what is wrong with it.
func (f *Face) rightCode(s *seat, v *member.View, id verno.ProofID) (bool, error) {
	err := f.Members.CheckCode(s.r.Context(), s.now, s.session.Tenant, id, v.Person.Phone, s.form.Value("code"))
	if err == nil {
		return true, nil
	}
	wrong := web.Explain(s.r, err)
	if wrong.Kind != verno.KindRefused {
		return false, err
	}
	s.form.Faults = map[string]string{"code": s.Error(wrong)}
	return false, nil
}

func (f *Face) unfreeze(s *seat) error {
	ctx := s.r.Context()
	v, err := f.Members.Read(ctx, s.actor, s.session.Member)
	if err != nil {
		return err
	}
	var id verno.ProofID
	if err := id.UnmarshalText([]byte(s.form.Value("proof"))); err != nil || id.IsZero() {
		s.to(unfreezePath)
		return nil //nolint:nilerr // A form that is not ours begins again.
	}
	if right, err := f.rightCode(s, &v, id); err != nil {
		return err
	} else if !right {
		return f.askCode(s, &v, id, http.StatusUnprocessableEntity)
	}
	if _, err := f.Members.Unfreeze(ctx, s.actor, s.session.Member); err != nil {
		return err
	}
	s.to(settingsPath + "?done=unfrozen")
	return nil
}

// replace gives the member a new card for one that others may have seen. All phones lose the old one; this phone gets
// the new one at once.
func (f *Face) replace(s *seat) error {
	ctx := s.r.Context()
	card, err := f.Members.ReplaceCard(ctx, s.actor, s.now, member.CardRequest{Card: s.session.Card, Reason: "by the member"})
	if err != nil {
		return err
	}
	token, err := f.Members.OpenSession(ctx, s.session.Tenant, s.session.Member, card.ID, s.r.UserAgent(), s.now)
	if err != nil {
		return err
	}
	f.setCard(s.call, token)
	s.to(settingsPath + "?done=replaced")
	return nil
}

// export hands out all that is known of the member, as a file.
func (f *Face) export(s *seat) error {
	file, err := f.Members.Export(s.r.Context(), s.actor, s.now, s.session.Member)
	if err != nil {
		return err
	}
	h := s.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="card-`+s.now.Format("2006-01-02")+`.json"`)
	_, err = s.w.Write(file)
	return err
}

// erasing says what is lost with the card, before it is.
func (f *Face) erasing(s *seat) error { return f.askErase(s, http.StatusOK) }

func (f *Face) askErase(s *seat, status int) error {
	if _, err := f.about(s); err != nil {
		return err
	}
	p, err := f.Members.Points(s.r.Context(), s.actor, s.now, s.session.Member)
	if err != nil {
		return err
	}
	return s.showAs(status, s.Say("card.erase"), erasePage(s, &p))
}

// erase forgets the member. Stored money must have been paid out before: that is for people at the shop.
func (f *Face) erase(s *seat) error {
	if !s.form.On("sure") {
		s.form.Faults = map[string]string{"sure": s.Say("card.erase_unsure")}
		return f.askErase(s, http.StatusUnprocessableEntity)
	}
	err := f.Members.Erase(s.r.Context(), s.actor, s.now, s.session.Member, "")
	if errors.Is(err, verno.Refused("money_stored")) || errors.Is(err, verno.Conflict("holds_open")) {
		s.form.Wrong = s.Error(err)
		return f.askErase(s, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return f.leaveAs(s, "erased")
}
