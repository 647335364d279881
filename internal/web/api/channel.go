package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
)

// ChannelAsks is what the page of a channel asks beside a telephone; what is left out is not asked.
type ChannelAsks struct {
	Name     string `json:"name,omitempty" maxLength:"10" enum:"asked,required"`
	Birthday string `json:"birthday,omitempty" maxLength:"10" enum:"asked,required"`
	Email    string `json:"email,omitempty" maxLength:"10" enum:"asked,required"`
}

// ChannelLook is what the form of a way to join looks like; what is left out is as forms have it of themselves.
type ChannelLook struct {
	Title   map[string]string `json:"title,omitempty" maxProperties:"2" doc:"By language (ru, en), at most 60 letters. Where a language is left out the form has its own words in it."`
	Lead    map[string]string `json:"lead,omitempty" maxProperties:"2" doc:"What stands below the title, by language, at most 300 letters in 6 lines."`
	Button  map[string]string `json:"button,omitempty" maxProperties:"2" doc:"By language, at most 30 letters."`
	Picture string            `json:"picture,omitempty" maxLength:"64" doc:"Above the form: the hash of a picture that was kept by POST /pictures. What is not 1200 by 630 is cut to its middle."`
	Accent  string            `json:"accent,omitempty" maxLength:"7" pattern:"^#[0-9a-fA-F]{6}$" example:"#8a1f4c" doc:"Of links and buttons; the merchant's own where it is left out. Where it could not be read it is shown lighter or darker."`
}

// ChannelBody is what can be said of a way to join.
type ChannelBody struct {
	Name       string        `json:"name" minLength:"1" maxLength:"100" example:"Poster at the till"`
	Store      verno.StoreID `json:"store_id,omitzero" doc:"To which those count who join by it; none in particular where it is left out."`
	Fields     ChannelAsks   `json:"fields,omitzero"`
	Proof      string        `json:"proof" maxLength:"10" enum:"code,none" doc:"How a telephone is proved to be that of who joins: by a code in a text message, or not at all."`
	WalletForm bool          `json:"wallet_form,omitempty" doc:"People may also join by the form of Apple Wallet. It proves no telephone, so proof is none then; it cannot require a birthday, and has one button for all that is agreed to: see the guide of Apple Wallet."`
	Look       *ChannelLook  `json:"look,omitempty" doc:"What its form looks like. Left out of a change it stays as it is; an empty object takes it away."`
}

// NewChannelBody is what a way to join begins with.
type NewChannelBody struct {
	Programme verno.ProgrammeID `json:"programme_id,omitzero" doc:"Which is joined: the store's, or the only one, where it is left out. It stays as it is."`
	ChannelBody
}

// Channel is a way to join: a poster, a till, a site. Its address tells it from others.
type Channel struct {
	ID        verno.ChannelID   `json:"id"`
	Programme verno.ProgrammeID `json:"programme_id"`
	ChannelBody
	Path      string    `json:"path" example:"/j/k3v9q2xb" doc:"Of the page by which people join, below the public address of Verno. What comes behind it in utm_source, utm_medium, utm_campaign, utm_content, utm_term and src is counted."`
	ClosedAt  time.Time `json:"closed_at,omitzero" doc:"Since when nobody joins by it; absent while people do."`
	Revision  int64     `json:"revision" doc:"Its ETag."`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func (a *API) channelRoutes() {
	handle(a, operation{route: "GET /channels", id: "list-channels", tag: "channels", summary: "List the ways to join"}, a.listChannels)
	handle(a, operation{
		route: "POST /channels", id: "create-channel", tag: "channels", summary: "Open a way to join", status: 201,
		detail: "People join by its address at once, where the texts that they agree to are published.", codes: []string{"programme_ambiguous", "channels_full"},
	}, a.createChannel)
	one := []string{"not_found"}
	handle(a, operation{route: "GET /channels/{id}", id: "get-channel", tag: "channels", summary: "Read a way to join", codes: one}, a.getChannel)
	handle(a, operation{
		route: "PUT /channels/{id}", id: "put-channel", tag: "channels", summary: "Change a way to join", matched: true,
		detail: "Its address and its programme stay.", codes: []string{"not_found", "etag_mismatch", "etag_missing"},
	}, a.putChannel)
	handle(a, operation{
		route: "POST /channels/{id}/close", id: "close-channel", tag: "channels", summary: "Let nobody join by it any more",
		detail: "Closed twice it stays so.", codes: one,
	}, a.closeChannel)
	handle(a, operation{
		route: "POST /channels/{id}/open", id: "reopen-channel", tag: "channels", summary: "Let people join by it again",
		detail: "Opened twice it stays so.", codes: one,
	}, a.reopenChannel)
	a.channelFigureRoutes()
}

const cursorChannels = 'c'

func (a *API) listChannels(ctx context.Context, c *call, in *listRequest) (*List[Channel], error) {
	at := c.list(cursorChannels)
	after, err := fromCursor[verno.ChannelID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Members.Channels(ctx, c.actor, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(c *store.Channel) verno.ChannelID { return c.ID }, showChannel), nil
}

type createChannelRequest struct{ Body NewChannelBody }

func (a *API) createChannel(ctx context.Context, c *call, in *createChannelRequest) (*Channel, error) {
	q := in.Body.form()
	q.Programme = in.Body.Programme
	return c.channel(a.Members.OpenChannel(ctx, c.actor, c.now, q))
}

type channelRequest struct {
	ID verno.ChannelID `path:"id"`
}

func (a *API) getChannel(ctx context.Context, c *call, in *channelRequest) (*Channel, error) {
	return c.channel(a.Members.Channel(ctx, c.actor, in.ID))
}

type putChannelRequest struct {
	ID   verno.ChannelID `path:"id"`
	Body ChannelBody
}

func (a *API) putChannel(ctx context.Context, c *call, in *putChannelRequest) (*Channel, error) {
	return c.channel(a.Members.ChangeChannel(ctx, c.actor, c.now, in.ID, c.revision, in.Body.form()))
}

func (a *API) closeChannel(ctx context.Context, c *call, in *channelRequest) (*Channel, error) {
	return c.channel(a.Members.CloseChannel(ctx, c.actor, c.now, in.ID, false))
}

func (a *API) reopenChannel(ctx context.Context, c *call, in *channelRequest) (*Channel, error) {
	return c.channel(a.Members.CloseChannel(ctx, c.actor, c.now, in.ID, true))
}

func (b *ChannelBody) form() member.ChannelForm {
	q := member.ChannelForm{Name: b.Name, Store: b.Store, Proof: b.Proof, Wallet: b.WalletForm, Fields: map[string]string{}}
	if b.Look != nil {
		q.Look = new(store.ChannelLook(*b.Look))
	}
	for field, how := range map[string]string{
		member.FieldName: b.Fields.Name, member.FieldBirthday: b.Fields.Birthday, member.FieldEmail: b.Fields.Email,
	} {
		if how != "" {
			q.Fields[field] = how
		}
	}
	return q
}

// channel shows a way to join with its revision as its ETag.
func (c *call) channel(ch store.Channel, err error) (*Channel, error) {
	if err != nil {
		return nil, err
	}
	c.answer.revision = ch.Revision
	shown := showChannel(&ch)
	return &shown, nil
}

func showChannel(c *store.Channel) Channel {
	var look *ChannelLook
	if !c.Look.Plain() {
		look = new(ChannelLook(c.Look))
	}
	return Channel{
		ID: c.ID, Programme: c.Programme,
		ChannelBody: ChannelBody{
			Name: c.Name, Store: c.Store, Proof: c.Proof, WalletForm: c.Wallet, Look: look,
			Fields: ChannelAsks{c.Fields[member.FieldName], c.Fields[member.FieldBirthday], c.Fields[member.FieldEmail]},
		},
		Path: "/j/" + c.Code, ClosedAt: c.ClosedAt, Revision: c.Revision, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
}
