package campaign_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
)

// TestNews: news are told from their first day to their last, by the cards of their template; the one that began last is
// told, and one that is taken back is not.
func TestNews(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		at := now
		tell := func(text string, template verno.TemplateID, from, until string) verno.NewsID {
			b.t.Helper()
			at = at.Add(time.Second) // Lists are in the order of moments.
			n, err := b.office.TellNews(b.ctx, b.actor, at, campaign.News{Template: template, Text: map[string]string{"ru": " " + text, "en": ""}, From: from, Until: until})
			b.must(err)
			return n.ID
		}
		told := func(day string, template verno.TemplateID) string {
			b.t.Helper()
			n, err := b.store.Reader().NewsOn(b.ctx, b.actor.Tenant, template, day)
			if errors.Is(err, store.ErrNotFound) {
				return ""
			}
			b.must(err)
			return n.Text["ru"]
		}
		other := verno.TemplateID{1}
		tell("Пироги", verno.TemplateID{}, "", "2026-11-30")
		own := tell("Свои", b.made.Template, "2026-11-24", "2026-11-25")
		for _, c := range []struct {
			day      string
			template verno.TemplateID
			want     string
		}{
			{"2026-11-21", b.made.Template, ""},
			{"2026-11-22", b.made.Template, "Пироги"},
			{"2026-11-24", b.made.Template, "Свои"},
			{"2026-11-25", other, "Пироги"},
			{"2026-11-26", b.made.Template, "Пироги"},
			{"2026-11-30", verno.TemplateID{}, "Пироги"},
			{"2026-12-01", b.made.Template, ""},
		} {
			if got := told(c.day, c.template); got != c.want {
				b.t.Errorf("on %s: %q, want %q", c.day, got, c.want)
			}
		}
		for range 2 { // Twice is once.
			ended, err := b.office.EndNews(b.ctx, b.actor, now.Add(time.Hour), own)
			b.must(err)
			if !ended.EndedAt.Equal(now.Add(time.Hour)) {
				b.t.Errorf("it ended at %v", ended.EndedAt)
			}
		}
		if got := told("2026-11-24", b.made.Template); got != "Пироги" {
			b.t.Errorf("after it was taken back: %q", got)
		}
		all, err := b.office.AllNews(b.ctx, b.actor, verno.NewsID{}, 10)
		b.must(err)
		if len(all) != 2 || all[0].ID != own {
			b.t.Errorf("listed are %+v", all)
		}
		_, err = b.office.EndNews(b.ctx, b.tenant("Чужая"), now, own)
		b.refused(err, "not_found")
	})
}

// TestNewsAreRefused that say nothing, too much, in no language of cards, or on days that make no sense.
func TestNewsAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		good := campaign.News{Text: map[string]string{"en": "Pies"}, From: "2026-11-22", Until: "2026-11-22"}
		for _, c := range []struct {
			change        func(n *campaign.News)
			pointer, code string
		}{
			{func(n *campaign.News) { n.Text = map[string]string{"ru": " "} }, "/text", "required"},
			{func(n *campaign.News) { n.Text = map[string]string{"en": string(slices.Repeat([]rune("щ"), 161))} }, "/text/en", "text_too_long"},
			{func(n *campaign.News) { n.Text = map[string]string{"de": "Kuchen"} }, "/text/de", "unknown_value"},
			{func(n *campaign.News) { n.Until = "" }, "/until", "required"},
			{func(n *campaign.News) { n.Until = "2026-02-30" }, "/until", "date_invalid"},
			{func(n *campaign.News) { n.From, n.Until = "2026-12-02", "2026-12-01" }, "/until", "not_after_start"},
			{func(n *campaign.News) { n.From, n.Until = "2026-11-20", "2026-11-21" }, "/until", "news_over"},
			{func(n *campaign.News) { n.Until = "2028-01-01" }, "/until", "news_long"},
			{func(n *campaign.News) { n.Template = verno.TemplateID{9} }, "/template_id", "not_known"},
		} {
			n := good
			c.change(&n)
			_, err := b.office.TellNews(b.ctx, b.actor, now, n)
			b.wrong(err, c.pointer, c.code)
		}
		for i := range 51 {
			n := good
			n.Text = map[string]string{"en": strconv.Itoa(i)}
			_, err := b.office.TellNews(b.ctx, b.actor, now, n)
			if i < 50 {
				b.must(err)
			} else {
				b.refused(err, "news_full")
			}
		}
		poor := b.actor
		poor.May = verno.MayReadConfig
		_, err := b.office.TellNews(b.ctx, poor, now, good)
		b.refused(err, "permission_missing")
	})
}
