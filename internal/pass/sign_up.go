package pass

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// A pass may be given out before it belongs to anybody: Apple Wallet then asks its holder who that is, and sends it here
// (Apple calls that personalisation). It is the same pass afterwards, by its serial number and its token, of a member.

// SignUpForm is what the form of a pass asks and shows.
type SignUpForm struct {
	Fields      []string // of Apple, such as PKPassPersonalizationFieldPhoneNumber
	Description string
	Terms       string // HTML
	Again       string // path of the page for those who have a card already; empty for none
}

// ErrPersonalisation says that what was sent is no form that a wallet sends.
var ErrPersonalisation = errors.New("pass: not a form of a wallet")

// formToken is what a wallet has signed. What is signed with the certificate of passes could be the manifest of a forged
// one: that is JSON, and nothing that has its signs is signed here.
var formToken = regexp.MustCompile(`^[A-Za-z0-9+/=._:~-]+$`)

// longestToken is how long what a wallet has signed is at most.
const longestToken = 1024

// SignsUp says whether a tenant's passes may ask for their holder: Apple wants a certificate and a key for NFC.
func (p *Passes) SignsUp(ctx context.Context, tenant verno.TenantID, now time.Time) (bool, error) {
	if p.SignUp == nil || p.Base == "" {
		return false, nil // Nothing could be told to us.
	}
	s, err := p.signerNow(ctx, tenant, now)
	if e := verno.AsError(err); e != nil && e.Kind == verno.KindUnavailable {
		return false, nil
	}
	if err != nil || !s.NFC {
		return false, err
	}
	key, err := p.newestVAS(ctx, tenant)
	return len(key) > 0, err
}

// IssueSignUp makes the pass that is to become a card of a template.
func (p *Passes) IssueSignUp(ctx context.Context, s store.SignUp, template verno.TemplateID) (store.Pass, error) {
	var random [16]byte
	if _, err := io.ReadFull(p.Entropy, random[:]); err != nil {
		return store.Pass{}, fmt.Errorf("draw a serial number: %w", err)
	}
	var issued store.Pass
	err := p.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.InsertPass(ctx, store.Pass{
			Tenant: s.Tenant, Card: s.Card, Template: template, Serial: serialText.EncodeToString(random[:]), CreatedAt: p.Clock(),
		})
		if err == nil {
			issued, err = tx.Pass(ctx, s.Tenant, s.Card)
		}
		return err
	})
	return issued, err
}

// Personalise takes the form of a pass: join makes a member of whoever filled it in, and says whether the phone was known.
// What comes back is the signature of the token that Apple wants, the same whatever became of the form, and once it is
// settled nothing is joined again. It returns store.ErrNotFound for a pass that asks nobody, and ErrPersonalisation.
func (p *Passes) Personalise(ctx context.Context, passType, serial, token string, join func(ctx context.Context, s store.SignUp) (known bool, err error)) ([]byte, error) {
	if len(token) > longestToken || !formToken.MatchString(token) {
		return nil, ErrPersonalisation
	}
	pass, err := p.Store.Reader().PassBySerial(ctx, serial)
	if err != nil {
		return nil, err
	}
	waits, err := p.Store.Reader().SignUp(ctx, pass.Tenant, pass.Card)
	if err != nil {
		return nil, err
	}
	if ours, err := p.hasPassType(ctx, pass.Tenant, passType); err != nil || !ours {
		return nil, errors.Join(err, store.ErrNotFound)
	}
	now := p.Clock()
	signer, err := p.signerNow(ctx, pass.Tenant, now) // Before anything is written: who joins is to have a card.
	if err != nil {
		return nil, err
	}
	if waits.State == store.SignUpOpen {
		known, err := join(ctx, waits)
		if err != nil {
			return nil, err
		}
		if err := p.settle(ctx, pass, known, now); err != nil {
			return nil, err
		}
	}
	return signer.SignToken(token, now)
}

// settle makes the pass its member's, whose card it now is, or has it say that there is one already.
func (p *Passes) settle(ctx context.Context, pass store.Pass, known bool, now time.Time) error {
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		state := store.SignUpKnown
		if !known {
			state = store.SignUpJoined
			c, err := tx.Card(ctx, pass.Tenant, pass.Card)
			if err != nil {
				return err
			}
			pass.Member = c.Member
			switch template, err := tx.TemplateOf(ctx, pass.Tenant, pass.Card); {
			case err == nil:
				pass.Template = template
			case !errors.Is(err, store.ErrNotFound):
				return err
			}
		}
		_, err := tx.SettleSignUp(ctx, pass, state, now)
		return err
	})
}

// signUpPass makes the .pkpass that asks for its holder, or that says that its holder has a card.
func (p *Passes) signUpPass(ctx context.Context, pass store.Pass, waits store.SignUp, now time.Time) ([]byte, error) {
	s, err := p.signerNow(ctx, pass.Tenant, now)
	if err != nil {
		return nil, err
	}
	form, err := p.SignUp(ctx, waits)
	if err != nil {
		return nil, err
	}
	face, err := p.signUpFace(ctx, pass, waits, &form, now)
	if err != nil {
		return nil, err
	}
	id, err := p.identity(ctx, pass, now)
	if err != nil {
		return nil, err
	}
	pics, err := p.applePictures(ctx, pass.Tenant, face)
	if err != nil || waits.State != store.SignUpOpen {
		file, build := []byte(nil), err
		if build == nil {
			file, build = BuildApple(face, id, pics, s)
		}
		return file, build
	}
	face.NFCValue = pass.Serial // Of use to no reader, but Apple asks only passes with NFC for their holder.
	if id.NFCKey, err = p.newestVAS(ctx, pass.Tenant); err != nil {
		return nil, err
	}
	if len(id.NFCKey) == 0 || !s.NFC {
		return nil, ErrNoNFC
	}
	more, err := p.formFiles(ctx, pass.Tenant, face, &form)
	if err != nil {
		return nil, err
	}
	return buildApple(face, id, pics, s, more...)
}

// signUpFace is the look of a template with nobody's card on it.
func (p *Passes) signUpFace(ctx context.Context, pass store.Pass, waits store.SignUp, form *SignUpForm, now time.Time) (*card.Face, error) {
	usual, _ := card.Find(card.Standard)
	template := usual.Template("")
	reader := p.Store.Reader()
	switch v, err := reader.PublishedTemplate(ctx, pass.Tenant, pass.Template); {
	case err == nil:
		if err := json.Unmarshal([]byte(v.Document), &template); err != nil {
			return nil, fmt.Errorf("pass: read a template of cards: %w", err)
		}
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	merchant, err := reader.Tenant(ctx, pass.Tenant)
	if err != nil {
		return nil, err
	}
	shown, err := card.Show(&template, &card.Facts{At: now, Merchant: merchant.Name, State: string(verno.CardActive)})
	if err != nil {
		return nil, err
	}
	face := &card.Face{
		Kind: shown.Kind, Style: card.StyleStoreCard, Merchant: shown.Merchant, Title: shown.Title, Description: shown.Description,
		LogoText: shown.LogoText, Code: card.Code{Format: card.NoCode}, Colours: shown.Colours, Pictures: shown.Pictures, NotShared: true,
	}
	says := card.Both("Your card is a moment away", "Карта появится через минуту")
	if waits.State == store.SignUpKnown {
		says = card.Both("You have a card already: ask for it at the till", "Карта уже есть: спросите её на кассе")
		if form.Again != "" {
			says = card.Both("You have a card already: see the back", "Карта уже есть: смотрите на обороте")
			face.Back = append(face.Back, card.Field{
				Key: "again", Label: card.Both("Your card", "Ваша карта"),
				Value: card.Value{Text: card.Both("Get it with a code by text message", "Получить по коду из СМС"), Link: p.Base + form.Again},
			})
		}
	}
	face.Secondary = []card.Field{{Key: "join", Label: shown.Title, Value: card.Value{Text: says}}}
	return face, nil
}

// formFiles are personalization.json, and the picture that stands over the form.
func (p *Passes) formFiles(ctx context.Context, tenant verno.TenantID, f *card.Face, form *SignUpForm) ([]file, error) {
	text, err := encodeJSON(struct {
		Fields      []string `json:"requiredPersonalizationFields"`
		Description string   `json:"description"`
		Terms       string   `json:"termsAndConditions"`
	}{form.Fields, form.Description, form.Terms})
	if err != nil {
		return nil, err
	}
	logo := slot{name: "personalizationLogo", from: card.SlotLogo, width: 150, height: 40, whole: true}
	pictures, err := p.apple.gallery.prepare(logo.name+"/"+f.Pictures[card.SlotLogo]+f.Colours.Background+f.Colours.Foreground, func() ([]file, error) {
		if f.Pictures[card.SlotLogo] == "" {
			return encodeSizes(&slot{name: logo.name, width: 40, height: 40}, plainIcon(f.Colours))
		}
		picture, err := p.Store.Reader().Picture(ctx, tenant, f.Pictures[card.SlotLogo])
		if err != nil {
			return nil, err
		}
		return sizes(picture.PNG, &logo)
	})
	return append([]file{newFile("personalization.json", text)}, pictures...), err
}
