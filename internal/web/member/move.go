package member

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

const movePath = CardBase + "move"

// movePages bring what is on a plastic card into the phone.
var movePages = []page{
	{"GET " + movePath, own(scanning((*Face).moveForm))},
	{"POST " + movePath, own(scanning((*Face).movePlastic))},
}

// readerContent is the policy of a page on which the camera reads: its reader is a compiled one.
var readerContent = strings.Replace(web.PageContent, "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", 1)

// scanning gives a page the camera, which is loaded when it is asked for.
func scanning(do func(*Face, *seat) error) func(*Face, *seat) error {
	return func(f *Face, s *seat) error {
		s.Styles, s.Scripts = append(s.Styles, "till/camera.css"), append(s.Scripts, "card/plastic.js")
		s.w.Header().Set("Content-Security-Policy", readerContent)
		return do(f, s)
	}
}

// plasticForm is what the page shows that moves plastic: the number alone, then how it is proved.
type plasticForm struct {
	proves bool          // the plastic has an owner, or may have one
	phones bool          // codes can be sent
	id     verno.ProofID // of the code that is on its way, if the phone is the owner's; zero before it
	aloud  string        // the code, in a demo
	moved  *member.Moved
}

func (f *Face) moveForm(s *seat) error {
	return s.show(s.Say("card.move.title"), movePage(s, &plasticForm{}))
}

// movePlastic moves the plastic, or asks for what proves it.
func (f *Face) movePlastic(s *seat) error {
	p := &plasticForm{proves: s.form.Value("prove") != "", phones: f.Members.CanProve()}
	currency, err := f.currency(s)
	if err != nil {
		return err
	}
	if s.form.On("send") {
		return f.sendMoveCode(s, p)
	}
	q := member.Moving{Member: s.session.Member, Number: s.form.Value("number"), Address: f.Frame.Address(s.r)}
	if !moveProof(s, p, currency, &q) {
		return s.again(s.Say("card.move.title"), movePage(s, p))
	}
	q.BodyHash = sha256.Sum256([]byte(strings.Join([]string{q.Number, s.form.Value("date"), s.form.Value("paid"), s.form.Value("proof"), s.form.Value("code")}, "\n")))
	q.Key = "move " + s.session.Member.String() + " " + hex.EncodeToString(q.BodyHash[:12])
	moved, err := f.Members.MovePlastic(s.r.Context(), s.actor, s.now, q)
	switch {
	case err == nil:
		p.moved = &moved
		return s.show(s.Say("card.move.title"), movePage(s, p))
	case errors.Is(err, verno.Conflict("move_proof_needed")):
		p.proves = true
		s.form.Faults = nil
		return s.show(s.Say("card.move.title"), movePage(s, p))
	}
	return f.moveFault(s, p, err)
}

// moveFault says at the form what was wrong; what is ours to mend is a page of its own.
func (f *Face) moveFault(s *seat, p *plasticForm, err error) error {
	e := web.Explain(s.r, err)
	if e.Kind == verno.Internal || e.Kind == verno.KindUnavailable {
		return err
	}
	s.form.Fail(s.r, s.Page, e, map[string]string{"receipt/date": "date", "receipt/paid": "paid"})
	return s.showAs(web.Status(e), s.Say("card.move.title"), movePage(s, p))
}

// moveProof reads what was told to prove the plastic; false where it cannot be read.
func moveProof(s *seat, p *plasticForm, in money.Currency, q *member.Moving) bool {
	if !p.proves {
		return true
	}
	if err := p.id.UnmarshalText([]byte(s.form.Value("proof"))); err == nil && !p.id.IsZero() {
		q.Proof.Phone = &member.ProofPhone{ID: p.id, Phone: s.form.Value("phone"), Code: s.form.Value("code")}
		return true
	}
	paid, err := in.ParseAmount(plainSum.Replace(s.form.Value("paid")))
	if err != nil {
		s.form.Faults = map[string]string{"paid": s.Say("card.move.paid_wrong")}
		return false
	}
	q.Proof.Receipt = &member.ProofReceipt{Date: s.form.Value("date"), Paid: paid}
	return true
}

// plainSum takes out of a sum what people put between its digits.
var plainSum = strings.NewReplacer(" ", "", "\u00a0", "", ",", ".")

// sendMoveCode sends a code to the phone that was told, if it is the owner's. The page says the same where it is not.
func (f *Face) sendMoveCode(s *seat, p *plasticForm) error {
	p.proves, p.id = true, verno.NewID[verno.ProofID](s.now, f.Members.Entropy)
	sent, err := f.Members.SendMoveCode(s.r.Context(), s.actor, s.now, member.MoveCode{
		ID: p.id, Member: s.session.Member, Number: s.form.Value("number"), Phone: s.form.Value("phone"), Address: f.Frame.Address(s.r),
		Text: func(code string) string { return s.Say("letter.move_code", "Name", s.Brand.Name, "Code", code) },
	})
	if err != nil {
		p.id = verno.ProofID{}
		return f.moveFault(s, p, err)
	}
	p.aloud = sent.Aloud
	return s.showAs(http.StatusOK, s.Say("card.move.title"), movePage(s, p))
}

// currency is that in which the programme counts.
func (f *Face) currency(s *seat) (money.Currency, error) {
	m, err := f.Reader.Member(s.r.Context(), s.session.Tenant, s.session.Member)
	if err != nil {
		return "", err
	}
	row, err := f.Reader.Programme(s.r.Context(), s.session.Tenant, m.Programme)
	return row.Draft.Currency, err
}
