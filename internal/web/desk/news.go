package desk

import (
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
)

// newsPages are about what cards tell of by themselves.
var newsPages = []page{
	{"GET /news", verno.MayReadConfig, (*Desk).news},
	{"POST /news", verno.MayReadConfig | verno.MayPublish, (*Desk).tellNews},
	{"POST /news/{id}/end", verno.MayReadConfig | verno.MayPublish, (*Desk).endNews},
}

// newsWork is what the page of news shows.
type newsWork struct {
	rows      []newsRow
	next      string
	templates []option // whose cards there are; the first is all
	done      string
}

// newsRow is news with whose cards tell it and how far that is.
type newsRow struct {
	store.CardNews

	whose string
	state string // now, later, over, ended
}

func (d *Desk) news(c *call) error {
	w, err := d.newsWork(c)
	if err != nil {
		return err
	}
	c.form = filled("from", c.today().Format(time.DateOnly))
	return c.show(c.Say("desk.news.title"), newsPage(c, w))
}

func (d *Desk) newsWork(c *call) (*newsWork, error) {
	c.Styles = append(c.Styles, "desk_people.css")
	below, err := after[verno.NewsID](c)
	if err != nil {
		return nil, err
	}
	list, err := d.Office.AllNews(c.r.Context(), c.actor, below, pageSize+1)
	if err != nil {
		return nil, err
	}
	templates, err := d.Office.Templates(c.r.Context(), c.actor, verno.ProgrammeID{}, true, verno.TemplateID{}, 200)
	if err != nil {
		return nil, err
	}
	w := &newsWork{done: c.doneText(), templates: []option{{Label: c.Say("desk.news.all")}}}
	for i := range templates {
		if templates[i].Published > 0 && templates[i].ArchivedAt.IsZero() {
			w.templates = append(w.templates, option{Value: templates[i].ID.String(), Label: templates[i].Name})
		}
	}
	list, w.next = cutPage(list, func(n *store.CardNews) verno.NewsID { return n.ID })
	today := c.today().Format(time.DateOnly)
	for i := range list {
		row := newsRow{CardNews: list[i], whose: c.Say("desk.news.all"), state: newsState(&list[i], today)}
		if at := slices.IndexFunc(templates, func(t campaign.Template) bool { return t.ID == row.Template }); at >= 0 {
			row.whose = templates[at].Name
		}
		w.rows = append(w.rows, row)
	}
	return w, nil
}

// newsState is how far news are on a day.
func newsState(n *store.CardNews, today string) string {
	switch {
	case !n.EndedAt.IsZero():
		return "ended"
	case n.Until < today:
		return "over"
	case n.From > today:
		return "later"
	}
	return "now"
}

func (d *Desk) tellNews(c *call) error {
	q := campaign.News{
		Text: map[string]string{"ru": c.form.Value("text_ru"), "en": c.form.Value("text_en")},
		From: c.form.Value("from"), Until: c.form.Value("until"),
	}
	if text := c.form.Value("template_id"); text != "" {
		if err := q.Template.UnmarshalText([]byte(text)); err != nil {
			q.Template = verno.TemplateID{0xff}
		}
	}
	_, err := d.Office.TellNews(c.r.Context(), c.actor, c.now, q)
	if err == nil {
		c.did("/news", "news_told")
		return nil
	}
	if err := c.mend(err, map[string]string{"text": "text_ru", "text/ru": "text_ru", "text/en": "text_en"}); err != nil {
		return err
	}
	w, err := d.newsWork(c)
	if err != nil {
		return err
	}
	return c.again(c.Say("desk.news.title"), newsPage(c, w))
}

func (d *Desk) endNews(c *call) error {
	id, err := path[verno.NewsID](c, "id")
	if err == nil {
		_, err = d.Office.EndNews(c.r.Context(), c.actor, c.now, id)
	}
	if err != nil {
		return err
	}
	c.did("/news", "news_ended")
	return nil
}

// days says from when to when news are told.
func (r *newsRow) days(c *call) string {
	if r.From == r.Until {
		return c.dayOf(r.From)
	}
	return c.dayOf(r.From) + " – " + c.dayOf(r.Until)
}

// dayOf is a day as people write it.
func (c *call) dayOf(day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, c.zone)
	if err != nil {
		return day
	}
	return c.Date(t)
}
