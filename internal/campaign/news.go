package campaign

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// News is what cards are to tell.
type News struct {
	Template verno.TemplateID  // whose cards; zero for all
	Text     map[string]string // by language: ru, en
	From     string            // YYYY-MM-DD, as the programme has its days; empty for at once
	Until    string            // the last day
}

const (
	maxNews     = 160 // letters of what a locked phone shows
	maxNewsDays = 366
	mostNews    = 50 // that are not over
)

// TellNews has cards tell something from one day to another. Phones are told as the days come, no more often than members
// bear; where two are told on a day, the cards show the one that began last. Errors: invalid fields, news_full.
func (o *Office) TellNews(ctx context.Context, actor verno.Actor, now time.Time, q News) (store.CardNews, error) {
	n := store.CardNews{
		Tenant: actor.Tenant, ID: verno.NewID[verno.NewsID](now, o.Entropy), Template: q.Template, From: q.From, Until: q.Until,
		CreatedBy: actor.Name(), CreatedAt: now,
	}
	err := o.write(ctx, actor, verno.MayPublish, now, func(tx *store.Tx) (note, error) {
		var f verno.Faults
		today, err := o.today(ctx, tx, actor.Tenant, q.Template, &f, now)
		if err != nil {
			return note{}, err
		}
		if n.From == "" {
			n.From = today
		}
		checkDays(&f, n.From, n.Until, today)
		n.Text = checkNews(&f, q.Text)
		if err := f.Err(); err != nil {
			return note{}, err
		}
		there, err := tx.CountNews(ctx, actor.Tenant, today)
		if err == nil && there >= mostNews {
			err = verno.Conflict("news_full").With("max", strconv.Itoa(mostNews))
		}
		if err != nil {
			return note{}, err
		}
		return changed(n.ID.String(), "news", "told"), tx.InsertCardNews(ctx, n)
	})
	return n, err
}

// today is the day that it is for the cards of a template, or of the first programme.
func (o *Office) today(ctx context.Context, tx *store.Tx, tenant verno.TenantID, template verno.TemplateID, f *verno.Faults, now time.Time) (string, error) {
	zone := time.UTC
	list, err := tx.Programmes(ctx, tenant, verno.ProgrammeID{}, 1)
	if err != nil {
		return "", err
	}
	of := verno.ProgrammeID{}
	if len(list) > 0 {
		of = list[0].Draft.ID
	}
	if !template.IsZero() {
		row, err := tx.CardTemplate(ctx, tenant, template)
		if err := known(f, "/template_id", err); err != nil {
			return "", err
		}
		if of = row.Programme; err != nil {
			of = verno.ProgrammeID{}
		}
	}
	if !of.IsZero() {
		p, err := tx.Programme(ctx, tenant, of)
		if err != nil {
			return "", err
		}
		if zone, err = time.LoadLocation(p.Draft.TimeZone); err != nil {
			zone = time.UTC
		}
	}
	return now.In(zone).Format(time.DateOnly), nil
}

func checkDays(f *verno.Faults, from, until, today string) {
	first := day(f, "/from", from)
	last := day(f, "/until", until)
	switch {
	case first.IsZero() || last.IsZero():
	case last.Before(first):
		f.Say("/until", "not_after_start")
	case until < today:
		f.Say("/until", "news_over")
	case last.Sub(first) > maxNewsDays*24*time.Hour:
		f.Say("/until", "news_long", "days", strconv.Itoa(maxNewsDays))
	}
}

// day reads a day; the zero time where it is none.
func day(f *verno.Faults, pointer, text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	switch {
	case text == "":
		f.Say(pointer, "required")
	case err != nil || t.Year() < 2000:
		f.Say(pointer, "date_invalid", "form", "2026-12-31")
		return time.Time{}
	}
	return t
}

// checkNews sees that news are short and in languages that cards have, and gives them without those in which they say
// nothing.
func checkNews(f *verno.Faults, text map[string]string) map[string]string {
	said := map[string]string{}
	for _, lang := range slices.Sorted(maps.Keys(text)) {
		line := verno.Single(text[lang])
		if lang != "ru" && lang != "en" {
			f.Say("/text/"+lang, "unknown_value", "known", "ru, en")
			continue
		}
		if f.Text("/text/"+lang, line, 0, maxNews); line != "" {
			said[lang] = line
		}
	}
	if len(said) == 0 {
		f.Say("/text", "required")
	}
	return said
}

// EndNews takes news back: cards that tell it tell it no more. What is over already stays as it is. Error: not_found.
func (o *Office) EndNews(ctx context.Context, actor verno.Actor, now time.Time, id verno.NewsID) (store.CardNews, error) {
	var n store.CardNews
	err := o.write(ctx, actor, verno.MayPublish, now, func(tx *store.Tx) (note, error) {
		ended, err := tx.EndCardNews(ctx, actor.Tenant, id, now)
		if err != nil {
			return note{}, err
		}
		if n, err = tx.CardNews(ctx, actor.Tenant, id); err != nil || !ended {
			return note{}, missing(err, "news")
		}
		return changed(id.String(), "news", "ended"), nil
	})
	return n, err
}

// AllNews lists what cards tell, told and are to tell: the newest first, below one; from the newest for the zero one.
func (o *Office) AllNews(ctx context.Context, actor verno.Actor, below verno.NewsID, limit int) ([]store.CardNews, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	return o.Store.Reader().AllNews(ctx, actor.Tenant, below, page(limit))
}
