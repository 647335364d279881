package desk

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// channelPages are about the ways by which people join.
var channelPages = []page{
	{"GET /channels", verno.MayReadConfig, joining((*Desk).channels)},
	{"GET /channels/new", verno.MayPublish, joining((*Desk).newChannel)},
	{"POST /channels", verno.MayPublish, joining((*Desk).openChannel)},
	{"GET /channels/{id}", verno.MayReadConfig, joining((*Desk).channel)},
	{"GET /channels/{id}/qr.svg", verno.MayReadConfig, (*Desk).channelQR},
	{"GET /channels/{id}/poster/{paper}", verno.MayReadConfig, (*Desk).channelPoster},
	{"GET /channels/{id}/edit", verno.MayPublish, joining((*Desk).editChannel)},
	{"POST /channels/{id}", verno.MayPublish, joining((*Desk).changeChannel)},
	{"GET /channels/{id}/look", verno.MayPublish, joining((*Desk).channelLook)},
	{"POST /channels/{id}/look", verno.MayPublish, joining((*Desk).changeLook)},
	{"POST /channels/{id}/look/preview", verno.MayPublish, (*Desk).lookPreview},
	{"GET /channels/{id}/picture", verno.MayPublish, joining((*Desk).channelPicture)},
	{"POST /channels/{id}/picture", verno.MayPublish, joining((*Desk).channelPictureSave)},
	{"POST /channels/{id}/close", verno.MayPublish, joining((*Desk).closeChannel)},
	{"POST /channels/{id}/open", verno.MayPublish, joining((*Desk).reopenChannel)},
}

// joining gives a page about joining its style.
func joining(do func(*Desk, *call) error) func(*Desk, *call) error {
	return func(d *Desk, c *call) error {
		c.Styles = append(c.Styles, "desk_channel.css")
		return do(d, c)
	}
}

// channelRow is a channel with how far those went who came by it.
type channelRow struct {
	store.Channel
	store.Funnel
}

// channels lists all ways to join, by how many came.
func (d *Desk) channels(c *call) error {
	rows, err := d.channelRows(c)
	if err != nil {
		return err
	}
	textless, err := d.textless(c)
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.channel.title"), channelList(c, rows, textless))
}

// textless says that nobody can join yet, for want of the texts that one agrees to.
func (d *Desk) textless(c *call) (bool, error) {
	_, err := d.Members.Texts(c.r.Context(), store.Channel{Tenant: c.actor.Tenant}, c.Code)
	if errors.Is(err, verno.Conflict("texts_missing")) {
		return true, nil
	}
	return false, err
}

// channelRows are all ways to join, with what came of each in the time that the reader looks at.
func (d *Desk) channelRows(c *call) ([]channelRow, error) {
	list, err := d.Members.Channels(c.r.Context(), c.actor, verno.ChannelID{}, member.MaxChannels)
	if err != nil {
		return nil, err
	}
	counted, err := d.Members.Funnels(c.r.Context(), c.actor, verno.ChannelID{}, since(c), time.Time{})
	if err != nil {
		return nil, err
	}
	of := member.ByChannel(counted)
	rows := make([]channelRow, len(list))
	for i := range list {
		rows[i] = channelRow{Channel: list[i], Funnel: of[list[i].ID]}
	}
	return rows, nil
}

// channel shows one way to join: its address, and where those come from who use it.
func (d *Desk) channel(c *call) error {
	ch, err := d.channelOf(c)
	if err != nil {
		return err
	}
	counted, err := d.Members.Funnels(c.r.Context(), c.actor, ch.ID, since(c), time.Time{})
	if err != nil {
		return err
	}
	by := c.Query.Get("by")
	if !slices.Contains(member.Dimensions, by) {
		by = member.Dimensions[0]
	}
	textless, err := d.textless(c)
	if err != nil {
		return err
	}
	c.Scripts = append(c.Scripts, "desk_copy.js")
	return c.show(ch.Name, channelPage(c, &ch, d.joinAddress(c, &ch), by, member.BySource(counted, by), textless))
}

// channelQR is the code of a channel's address as a file, for whatever is printed elsewhere.
func (d *Desk) channelQR(c *call) error {
	ch, err := d.channelOf(c)
	if err != nil {
		return err
	}
	svg, err := view.QRCode(d.joinAddress(c, &ch), ch.Name)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Disposition", `attachment; filename="`+ch.Code+`.svg"`)
	_, err = c.w.Write([]byte(svg))
	return err
}

func (d *Desk) channelOf(c *call) (store.Channel, error) {
	id, err := path[verno.ChannelID](c, "id")
	if err != nil {
		return store.Channel{}, err
	}
	return d.Members.Channel(c.r.Context(), c.actor, id)
}

// joinAddress is where people join by a channel.
func (d *Desk) joinAddress(c *call, ch *store.Channel) string {
	return d.Frame.Outside(c.r) + "/j/" + ch.Code
}

func (d *Desk) newChannel(c *call) error {
	proof := member.ProofCode
	if !d.Members.CanProve() {
		proof = member.ProofNone
	}
	c.form = &view.Form{Values: url.Values{"proof": {proof}, "ask_name": {member.FieldRequired}, "ask_birthday": {member.FieldAsked}}}
	if t := member.LookTemplateOf(c.Query.Get("template")); t != nil {
		c.form.Values.Set("template", t.Name)
		c.form.Values.Set("name", c.Say("desk.look.named"))
		for _, field := range channelFields {
			c.form.Values.Set("ask_"+field, t.Fields[field])
		}
	}
	f, err := d.channelChoices(c)
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.channel.new"), channelForm(c, f, nil))
}

func (d *Desk) openChannel(c *call) error {
	q := channelTyped(c)
	ch, err := d.Members.OpenChannel(c.r.Context(), c.actor, c.now, q)
	if err != nil {
		return d.channelAgain(c, nil, err)
	}
	c.to(Base + "/channels/" + ch.ID.String())
	return nil
}

func (d *Desk) editChannel(c *call) error {
	ch, err := d.channelOf(c)
	if err != nil {
		return err
	}
	values := url.Values{"name": {ch.Name}, "store": {ch.Store.String()}, "proof": {ch.Proof}, "wallet": {map[bool]string{true: "on"}[ch.Wallet]}, "revision": {strconv.FormatInt(ch.Revision, 10)}}
	for _, field := range channelFields {
		values.Set("ask_"+field, ch.Fields[field])
	}
	c.form = &view.Form{Values: values}
	f, err := d.channelChoices(c)
	if err != nil {
		return err
	}
	return c.show(ch.Name, channelForm(c, f, &ch))
}

func (d *Desk) changeChannel(c *call) error {
	ch, err := d.channelOf(c)
	if err != nil {
		return err
	}
	revision, err := strconv.ParseInt(c.form.Value("revision"), 10, 64)
	if err != nil {
		return verno.Precondition("etag_mismatch")
	}
	if _, err := d.Members.ChangeChannel(c.r.Context(), c.actor, c.now, ch.ID, revision, channelTyped(c)); err != nil {
		return d.channelAgain(c, &ch, err)
	}
	c.to(Base + "/channels/" + ch.ID.String())
	return nil
}

func (d *Desk) channelAgain(c *call, ch *store.Channel, err error) error {
	if e := c.explain(err); e.Kind == verno.Internal || e.Kind == verno.KindUnavailable || e.Kind == verno.KindForbidden {
		return err
	}
	c.form.Fail(c.r, c.Page, err, map[string]string{"store_id": "store", "programme_id": "store", "wallet_form": "wallet"})
	f, err := d.channelChoices(c)
	if err != nil {
		return err
	}
	title := c.Say("desk.channel.new")
	if ch != nil {
		title = ch.Name
	}
	return c.again(title, channelForm(c, f, ch))
}

func (d *Desk) closeChannel(c *call) error  { return d.turnChannel(c, false) }
func (d *Desk) reopenChannel(c *call) error { return d.turnChannel(c, true) }

func (d *Desk) turnChannel(c *call, open bool) error {
	ch, err := d.channelOf(c)
	if err != nil {
		return err
	}
	if _, err := d.Members.CloseChannel(c.r.Context(), c.actor, c.now, ch.ID, open); err != nil {
		return err
	}
	c.to(Base + "/channels/" + ch.ID.String())
	return nil
}

// channelFields are what a channel may ask for.
var channelFields = []string{member.FieldName, member.FieldBirthday, member.FieldEmail}

// choices are what the form of a channel lets one choose from.
type choices struct {
	stores []view.Option
	proves bool
}

func (d *Desk) channelChoices(c *call) (*choices, error) {
	list, err := d.Reader.Places(c.r.Context(), c.actor.Tenant, verno.StoreID{}, 500)
	f := &choices{proves: d.Members.CanProve(), stores: []view.Option{{Value: "", Label: c.Say("desk.channel.any_store")}}}
	for i := range list {
		if list[i].ClosedAt.IsZero() {
			f.stores = append(f.stores, view.Option{Value: list[i].ID.String(), Label: list[i].Name})
		}
	}
	return f, err
}

// channelTyped reads the form of a channel. What names no store names one that there is not.
func channelTyped(c *call) member.ChannelForm {
	q := member.ChannelForm{Name: strings.TrimSpace(c.form.Value("name")), Proof: c.form.Value("proof"), Wallet: c.form.On("wallet"), Fields: askedIn(c)}
	if t := member.LookTemplateOf(c.form.Value("template")); t != nil {
		q.Look = new(templateLook(c, t))
	}
	if text := c.form.Value("store"); text != "" {
		if err := q.Store.UnmarshalText([]byte(text)); err != nil {
			q.Store = verno.StoreID{0xff}
		}
	}
	return q
}

// askedIn reads what a form of a channel asks for.
func askedIn(c *call) map[string]string {
	fields := map[string]string{}
	for _, field := range channelFields {
		if how := c.form.Value("ask_" + field); how != "" {
			fields[field] = how
		}
	}
	return fields
}

// open says whether people join by it.
func (r *channelRow) open() bool { return r.ClosedAt.IsZero() }
