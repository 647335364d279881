package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
)

// Steps are how many went how far. Each counts people of the one before it, installed and removed those who joined.
type Steps struct {
	Visits    int64 `json:"visits" doc:"Came to the page."`
	Joined    int64 `json:"joined"`
	Installed int64 `json:"installed" doc:"Have the card in the wallet of a phone."`
	Removed   int64 `json:"removed" doc:"Had it there, and have it no more."`
	Bought    int64 `json:"bought" doc:"At least once."`
	Again     int64 `json:"bought_again" doc:"At least twice."`
}

// ChannelSteps are those who came by one channel.
type ChannelSteps struct {
	Channel verno.ChannelID `json:"channel_id"`
	Name    string          `json:"name"`
	Steps
}

// ChannelComparison is how far those went who came by each channel.
type ChannelComparison struct {
	Items []ChannelSteps `json:"items" doc:"Every channel, in the order in which they were opened, the closed ones too."`
	Total Steps          `json:"total"`
}

// SourceSteps are those who came from one source.
type SourceSteps struct {
	Source string `json:"source" doc:"As the address said it; empty for the bare address."`
	Steps
}

// ChannelFigures is how far those went who came by one channel, by source.
type ChannelFigures struct {
	By    string        `json:"by" enum:"utm_source,utm_medium,utm_campaign"`
	Items []SourceSteps `json:"items" doc:"The 200 largest sources."`
	Rest  Steps         `json:"rest" doc:"All other sources together."`
	Total Steps         `json:"total"`
}

// mostSources is how many sources are told apart; anybody can think of one more.
const mostSources = 200

// during says whose figures are wanted: of those who came in a time.
type during struct {
	From  time.Time `query:"from" doc:"When they came, included; 30 days ago where it is left out. Visits are kept for 25 months."`
	Until time.Time `query:"until" doc:"Not included; now where it is left out."`
}

func (d *during) from(now time.Time) time.Time {
	if d.From.IsZero() {
		return now.AddDate(0, 0, -30)
	}
	return d.From
}

func (a *API) channelFigureRoutes() {
	handle(a, operation{
		route: "GET /channels/figures", id: "compare-channels", tag: "channels", summary: "Compare the ways to join",
		detail: "How many came by each in a time, and how many of them joined, have the card in a wallet, bought and bought again until now.",
	}, a.compareChannels)
	handle(a, operation{
		route: "GET /channels/{id}/figures", id: "get-channel-figures", tag: "channels", summary: "Compare the sources of one way to join",
		detail: "The same figures, by what the address said of where people came from.", codes: []string{"not_found"},
	}, a.channelFigures)
}

type compareChannelsRequest struct{ during }

func (a *API) compareChannels(ctx context.Context, c *call, in *compareChannelsRequest) (*ChannelComparison, error) {
	list, err := a.Members.Channels(ctx, c.actor, verno.ChannelID{}, member.MaxChannels)
	if err != nil {
		return nil, err
	}
	counted, err := a.Members.Funnels(ctx, c.actor, verno.ChannelID{}, in.from(c.now), in.Until)
	if err != nil {
		return nil, err
	}
	var total store.Funnel
	for i := range counted {
		member.AddFunnel(&total, &counted[i])
	}
	of := member.ByChannel(counted)
	out := &ChannelComparison{Items: make([]ChannelSteps, len(list)), Total: showSteps(&total)}
	for i := range list {
		f := of[list[i].ID]
		out.Items[i] = ChannelSteps{Channel: list[i].ID, Name: list[i].Name, Steps: showSteps(&f)}
	}
	return out, nil
}

type channelFiguresRequest struct {
	ID verno.ChannelID `path:"id"`
	By string          `query:"by" enum:"utm_source,utm_medium,utm_campaign" doc:"What tells sources apart; utm_source where it is left out, for which src stands too."`
	during
}

func (a *API) channelFigures(ctx context.Context, c *call, in *channelFiguresRequest) (*ChannelFigures, error) {
	ch, err := a.Members.Channel(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	counted, err := a.Members.Funnels(ctx, c.actor, ch.ID, in.from(c.now), in.Until)
	if err != nil {
		return nil, err
	}
	out := &ChannelFigures{By: in.By, Items: []SourceSteps{}}
	if out.By == "" {
		out.By = member.Dimensions[0]
	}
	var total, rest store.Funnel
	for i, row := range member.BySource(counted, out.By) {
		member.AddFunnel(&total, &row.Funnel)
		if i < mostSources {
			out.Items = append(out.Items, SourceSteps{row.Name, showSteps(&row.Funnel)})
		} else {
			member.AddFunnel(&rest, &row.Funnel)
		}
	}
	out.Rest, out.Total = showSteps(&rest), showSteps(&total)
	return out, nil
}

func showSteps(f *store.Funnel) Steps {
	return Steps{Visits: f.Visits, Joined: f.Joined, Installed: f.Kept, Removed: f.Removed, Bought: f.Bought, Again: f.Again}
}
