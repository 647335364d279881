package member

import (
	"context"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/store"
)

// How long the words of a form are at most, in letters, and of how many lines its introduction is.
const (
	MaxLookTitle  = 60
	MaxLookLead   = 300
	MaxLookButton = 30
	MaxLookLines  = 6
)

// checkLook sees that a look can be shown, and leaves out of it what is empty. Faults: text_too_long, text_invalid,
// too_many_lines, unknown_value of a language, colour_invalid, not_known of a picture.
func (r *Roll) checkLook(ctx context.Context, a verno.Actor, f *verno.Faults, l *store.ChannelLook) error {
	if l == nil {
		return nil
	}
	l.Title = wording(f, "/look/title", l.Title, MaxLookTitle, 1)
	l.Lead = wording(f, "/look/lead", l.Lead, MaxLookLead, MaxLookLines)
	l.Button = wording(f, "/look/button", l.Button, MaxLookButton, 1)
	if l.Accent != "" {
		c, ok := brand.Parse(l.Accent)
		if !ok || len(l.Accent) != len("#rrggbb") {
			f.Say("/look/accent", "colour_invalid")
		} else {
			l.Accent = c.String()
		}
	}
	if l.Picture == "" {
		return nil
	}
	there, err := r.Store.Reader().HasPicture(ctx, a.Tenant, l.Picture)
	if err == nil && !there {
		f.Say("/look/picture", "not_known")
	}
	return err
}

// wording is what is said in each language, each line of it with single spaces only.
func wording(f *verno.Faults, pointer string, said map[string]string, most, lines int) map[string]string {
	var kept map[string]string
	for lang, text := range said {
		f.OneOf(pointer, lang, "ru", "en")
		text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
		if lines == 1 {
			f.Text(pointer+"/"+lang, text, 0, most)
		} else {
			f.Text(pointer+"/"+lang, strings.ReplaceAll(text, "\n", " "), 0, most)
			if strings.Count(text, "\n") >= lines {
				f.Say(pointer+"/"+lang, "too_many_lines", "max", strconv.Itoa(lines))
			}
		}
		if text == "" {
			continue
		}
		if kept == nil {
			kept = map[string]string{}
		}
		kept[lang] = text
	}
	return kept
}
