package setup

import (
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/poster"
)

// launch is all that the last step shows.
type launch struct {
	address string // of the page by which people join
	till    string // address of the page of a till
	pairing string // code of the till, once asked for
	pair    string // address that pairs a till by the code
	open    []string
	owned   bool
	proved  bool           // whoever joins proves the phone by a code
	sender  bool           // there is a way to send codes
	receipt *verno.Receipt // of the test purchase, once it was made
}

// channel is the poster's way to join, made when it is first looked for.
func (z *Wizard) channel(c *call) (store.Channel, error) {
	list, err := z.Members.Channels(c.r.Context(), c.actor, verno.ChannelID{}, 1)
	if err != nil || len(list) > 0 {
		if len(list) > 0 {
			return list[0], err
		}
		return store.Channel{}, err
	}
	place, err := z.place(c.r.Context(), c)
	if err != nil {
		return store.Channel{}, err
	}
	return z.Members.OpenChannel(c.r.Context(), c.actor, c.now, member.ChannelForm{
		Name: c.Say("setup.launch.channel"), Store: place.ID, Proof: member.ProofNone,
		Fields: map[string]string{member.FieldName: member.FieldRequired, member.FieldBirthday: member.FieldAsked},
	})
}

func (z *Wizard) launched(c *call, pairing string) (*launch, error) {
	channel, err := z.channel(c)
	if err != nil {
		return nil, err
	}
	l := &launch{
		address: z.joinAddress(c, &channel), till: z.Frame.Origin(c.r) + "/till/", pairing: pairing, proved: channel.Proof == member.ProofCode, sender: z.Members.CanProve(),
	}
	if pairing != "" {
		l.pair = l.till + "#pair=" + pairing
	}
	for _, s := range c.progress.Open() {
		if s != "launch" {
			l.open = append(l.open, s)
		}
	}
	l.owned, err = z.Reader.AnyOwner(c.r.Context())
	return l, err
}

func (z *Wizard) launchPage(c *call) (templ.Component, error) {
	l, err := z.launched(c, "")
	return launchStep(c, l), err
}

// pairing shows a code that pairs the first till.
func (z *Wizard) pairing(c *call) error {
	list, err := z.Gate.TerminalsAfter(c.r.Context(), c.actor, verno.TerminalID{}, 1)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.to("team")
		return nil
	}
	code, err := z.Gate.NewPairing(c.r.Context(), c.actor, list[0].ID, c.now)
	if err != nil {
		return err
	}
	l, err := z.launched(c, code.Code)
	if err == nil {
		c.show(http.StatusOK, launchStep(c, l))
	}
	return err
}

// poster answers with a sheet to print.
func (z *Wizard) poster(c *call) error {
	if c.actor.Tenant.IsZero() {
		return verno.NotFound("not_found").With("thing", c.r.URL.Path)
	}
	pdf, err := z.sheet(c, strings.ToUpper(strings.TrimSuffix(c.r.PathValue("paper"), ".pdf")))
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+c.r.PathValue("paper")+`"`)
	_, err = c.w.Write(pdf)
	return err
}

func (z *Wizard) sheet(c *call, paper string) ([]byte, error) {
	if paper != "A4" && paper != "A6" {
		return nil, verno.NotFound("not_found").With("thing", paper)
	}
	channel, err := z.channel(c)
	if err != nil {
		return nil, err
	}
	logo, err := z.Reader.Logo(c.r.Context(), c.actor.Tenant)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	s := poster.Sheet{
		Size: paper, Address: z.joinAddress(c, &channel), Name: c.Brand.Name, Logo: logo,
		Title: c.Say("setup.poster.title"), Does: c.Say("setup.poster.does"),
	}
	s.Accent, _ = brand.Parse(c.Brand.Colour)
	if s.Gains, err = z.gains(c); err != nil {
		return nil, err
	}
	return poster.Draw(s)
}

// gains is what the programme in force gives, one line each, for who stands before the poster.
func (z *Wizard) gains(c *call) ([]string, error) {
	p, err := z.programme(c.r.Context(), c)
	if err != nil {
		return nil, err
	}
	list, err := z.Office.Promotions(c.r.Context(), c.actor, p.Draft.ID, false, verno.PromotionID{}, 10)
	if err != nil {
		return nil, err
	}
	var lines []string
	for i := range list {
		if len(lines) < 3 {
			lines = append(lines, list[i].Draft.Name)
		}
	}
	return lines, nil
}
