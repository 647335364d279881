package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
)

// NewsBody is what cards are to tell.
type NewsBody struct {
	Template verno.TemplateID  `json:"template_id,omitzero" doc:"Whose cards tell it; all cards where it is left out."`
	Text     map[string]string `json:"text" maxProperties:"10" doc:"By language (ru, en), at most 160 letters; one of them is enough."`
	From     string            `json:"from,omitempty" maxLength:"10" example:"2026-12-01" doc:"The first day, as the programme has its days; today where it is left out."`
	Until    string            `json:"until" minLength:"10" maxLength:"10" example:"2026-12-31" doc:"The last day."`
}

// News is what cards tell from one day to another.
type News struct {
	ID verno.NewsID `json:"id"`
	NewsBody
	CreatedAt time.Time `json:"created_at"`
	EndedAt   time.Time `json:"ended_at,omitzero" doc:"When it was taken back; absent where it was not."`
}

func (a *API) newsRoutes() {
	handle(a, operation{
		route: "POST /news", id: "tell-news", tag: "cards", summary: "Have cards tell news", status: 201, codes: []string{"news_full"},
		detail: "Cards change as the days come, and speak up about it no more often than the merchant lets them. Of several the one that began last is told.",
	}, a.tellNews)
	handle(a, operation{route: "GET /news", id: "list-news", tag: "cards", summary: "List the news of cards, newest first"}, a.listNews)
	handle(a, operation{
		route: "POST /news/{id}/end", id: "end-news", tag: "cards", summary: "Take news back", codes: []string{"not_found"},
		detail: "Cards that tell it tell it no more, in silence. Taken back twice it stays so.",
	}, a.endNews)
}

type tellNewsRequest struct{ Body NewsBody }

func (a *API) tellNews(ctx context.Context, c *call, in *tellNewsRequest) (*News, error) {
	return shownNews(a.Office.TellNews(ctx, c.actor, c.now, campaign.News(in.Body)))
}

type newsRequest struct {
	ID verno.NewsID `path:"id"`
}

func (a *API) endNews(ctx context.Context, c *call, in *newsRequest) (*News, error) {
	return shownNews(a.Office.EndNews(ctx, c.actor, c.now, in.ID))
}

const cursorNews = 'N'

func (a *API) listNews(ctx context.Context, c *call, in *listRequest) (*List[News], error) {
	at := c.list(cursorNews)
	below, err := fromCursor[verno.NewsID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Office.AllNews(ctx, c.actor, below, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(n *store.CardNews) verno.NewsID { return n.ID }, showNews), nil
}

func shownNews(n store.CardNews, err error) (*News, error) {
	if err != nil {
		return nil, err
	}
	shown := showNews(&n)
	return &shown, nil
}

func showNews(n *store.CardNews) News {
	return News{
		ID: n.ID, NewsBody: NewsBody{Template: n.Template, Text: n.Text, From: n.From, Until: n.Until}, CreatedAt: n.CreatedAt, EndedAt: n.EndedAt,
	}
}
