package card_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
)

const hash = "0f"

func known(h string) bool { return h == hash }

// TestStartersAreSound sees that what a merchant begins with has no fault and nothing to be looked at.
func TestStartersAreSound(t *testing.T) {
	t.Parallel()
	for _, k := range card.Kinds() {
		template := k.Template("Mine")
		if warnings, err := card.Check(&template, known); err != nil || len(warnings) > 0 {
			t.Errorf("%s: %v, %v", k.Name, fields(err), warnings)
		}
		for _, text := range []card.Text{k.Title, k.About} {
			if text["en"] == "" || text["ru"] == "" {
				t.Errorf("%s lacks a language", k.Name)
			}
		}
		for _, s := range k.Settings {
			if s.Name == "" || s.Title["en"] == "" || s.Title["ru"] == "" {
				t.Errorf("%s: the setting %q lacks a name", k.Name, s.Name)
			}
		}
	}
}

func fields(err error) (out []string) {
	if e := verno.AsError(err); e != nil {
		for _, f := range e.Fields {
			out = append(out, f.Pointer+" "+f.Code)
		}
	}
	return out
}

// TestFaults changes one thing of a sound template and looks for what is said of it.
func TestFaults(t *testing.T) {
	t.Parallel()
	many := make([]card.Beacon, 11)
	for _, c := range []struct {
		name, want string
		kind       string
		change     func(t *card.Template)
	}{
		{"no name", "/name required", "points", func(t *card.Template) { t.Name = " " }},
		{"unknown kind", "/kind unknown_value", "points", func(t *card.Template) { t.Kind = "loyalty" }},
		{"colour", "/design/colours/label colour_invalid", "points", func(t *card.Template) { t.Design.Colours.Label = "red" }},
		{"short colour", "/design/colours/label colour_invalid", "points", func(t *card.Template) { t.Design.Colours.Label = "bfe3d2" }},
		{"contrast", "/design/colours/foreground card_contrast_refused", "points", func(t *card.Template) { t.Design.Colours.Foreground = "#1b4d3e" }},
		{"format", "/design/format unknown_value", "points", func(t *card.Template) { t.Design.Format = "ean" }},
		{"picture", "/design/pictures/strip not_known", "points", func(t *card.Template) { t.Design.Pictures = map[card.Slot]string{card.SlotStrip: "aa"} }},
		{"slot", "/design/pictures unknown_value", "points", func(t *card.Template) { t.Design.Pictures = map[card.Slot]string{"side": hash} }},
		{"unknown field", "/design/front/0/field unknown_field", "points", func(t *card.Template) { t.Design.Front[0].Field = "seat" }},
		{"twice", "/design/front/1/field duplicate", "points", func(t *card.Template) { t.Design.Front[1].Field = t.Design.Front[0].Field }},
		{"two primary", "/design/front/2 card_area_full", "points", func(t *card.Template) { t.Design.Front[2].Area = card.AreaPrimary }},
		{"area", "/design/back/0/area unknown_value", "points", func(t *card.Template) { t.Design.Back[0].Area = card.AreaHeader }},
		{"long in front", "/design/front/0/area card_back_only", "points", func(t *card.Template) { t.Design.Front[0].Field, t.Design.Back = "terms", nil }},
		{"own text", "/design/back/0/text required", "points", func(t *card.Template) { t.Design.Back[0] = card.Placed{Field: "text/a", Area: card.AreaBack} }},
		{"own name", "/design/back/0/field text_invalid", "points", func(t *card.Template) {
			t.Design.Back[0] = card.Placed{Field: "text/A b", Area: card.AreaBack, Text: card.Same("x")}
		}},
		{"change", "/design/back/0/change/en card_change_value", "points", func(t *card.Template) { t.Design.Back[0].Change = card.Same("new") }},
		{"language", "/design/title/english language_invalid", "points", func(t *card.Template) { t.Design.Title = card.Text{"english": "x"} }},
		{"long title", "/design/title/ru text_too_long", "points", func(t *card.Template) { t.Design.Title["ru"] = strings.Repeat("щ", 61) }},
		{"direction", "/design/title/en text_invalid", "points", func(t *card.Template) { t.Design.Title["en"] = "a\u202eb" }},
		{"beacons", "/design/beacons too_many", "points", func(t *card.Template) { t.Design.Beacons = many }},
		{"beacon", "/design/beacons/0/uuid uuid_invalid", "points", func(t *card.Template) { t.Design.Beacons = many[:1] }},
		{"script", "/design/links/0/url link_invalid", "points", func(t *card.Template) {
			t.Design.Links = []card.Link{{Title: card.Same("x"), URL: "javascript:alert(1)"}}
		}},
		{"plain http", "/design/links/0/url link_invalid", "points", func(t *card.Template) {
			t.Design.Links = []card.Link{{Title: card.Same("x"), URL: "http://example.com"}}
		}},
		{"user in a site", "/design/links/0/url link_invalid", "points", func(t *card.Template) {
			t.Design.Links = []card.Link{{Title: card.Same("x"), URL: "https://a:b@example.com"}}
		}},
		{"two recipients", "/design/links/0/url link_invalid", "points", func(t *card.Template) {
			t.Design.Links = []card.Link{{Title: card.Same("x"), URL: "mailto:a@b.ru,c@d.ru"}}
		}},
		{"banner", "/design/banners/0/until not_after_start", "points", func(t *card.Template) {
			t.Design.Banners = []card.Banner{{Text: card.Same("x"), From: "2026-12-02", Until: "2026-12-01"}}
		}},
		{"banner's day", "/design/banners/0/from date_invalid", "points", func(t *card.Template) {
			t.Design.Banners = []card.Banner{{Text: card.Same("x"), From: "2026-02-30"}}
		}},
		{"radius", "/design/max_distance number_range", "points", func(t *card.Template) { t.Design.MaxDistance = -1 }},
		{"unknown setting", "/settings/offers unknown_field", "coupon", settings(`{"offer":{"en":"x"},"offers":1}`)},
		{"setting twice", "/settings/offer duplicate", "coupon", settings(`{"offer":{"en":"x"},"offer":{"en":"y"}}`)},
		{"setting missing", "/settings/offer required", "coupon", settings(`{}`)},
		{"no object", "/settings type", "coupon", settings(`[]`)},
		{"date", "/settings/until date_invalid", "coupon", settings(`{"offer":{"en":"x"},"until":"31.12.2026"}`)},
		{"days", "/settings/until not_after_start", "coupon", settings(`{"offer":{"en":"x"},"from":"2026-12-02","until":"2026-12-01"}`)},
		{"exponent", "/settings/worth number_invalid", "gift_certificate", settings(`{"worth":1e5}`)},
		{"range", "/settings/valid_days number_range", "gift_certificate", settings(`{"worth":1,"valid_days":-1}`)},
		{"percent", "/settings/percent number_range", "discount", settings(`{"percent":"101"}`)},
		{"null", "/settings/percent type", "discount", settings(`{"percent":null}`)},
		{"doors", "/settings/doors not_before_start", "event_ticket", settings(`{"name":{"en":"x"},"starts":"2026-12-01T19:00","doors":"2026-12-01T20:00"}`)},
	} {
		k, _ := card.Find(c.kind)
		template := k.Template("Mine")
		c.change(&template)
		_, err := card.Check(&template, known)
		if got := fields(err); !slices.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %s", c.name, got, c.want)
		}
		for _, f := range verno.AsError(err).Fields {
			if verno.TextOf(f.Code, "ru", f.Params) == f.Code {
				t.Errorf("%s: %s has no sentence", c.name, f.Code)
			}
		}
		facts := anybody()
		if _, err := card.Show(&template, &facts); err != nil {
			t.Errorf("%s: a card that was published can always be shown: %v", c.name, err)
		}
	}
}

func settings(raw string) func(t *card.Template) {
	return func(t *card.Template) { t.Settings = json.RawMessage(raw) }
}

// TestWarnings finds what may be published and should be looked at first.
func TestWarnings(t *testing.T) {
	t.Parallel()
	k, _ := card.Find("points")
	template := k.Template("Mine")
	template.Design.Colours.Label = "#5f8f7d"
	template.Design.Front[0].Label = card.Both("Level", "Достопримечательность")
	warnings, err := card.Check(&template, known)
	var got []string
	for _, w := range warnings {
		got = append(got, w.Pointer+" "+w.Code)
	}
	want := []string{"/design/colours/label card_contrast_low", "/design/front/0/label/ru card_word_long"}
	if err != nil || !slices.Equal(got, want) {
		t.Fatal(err, got)
	}
}

// TestBannersByDate shows an offer on its days only, with its picture where the strip was.
func TestBannersByDate(t *testing.T) {
	t.Parallel()
	k, _ := card.Find("points")
	template := k.Template("Mine")
	template.Design.Pictures = map[card.Slot]string{card.SlotStrip: "usual"}
	template.Design.Banners = []card.Banner{{Text: card.Same("Pies"), Picture: "pies", From: "2026-11-21", Until: "2026-11-22", Link: "https://example.com"}}
	for days, shown := range map[int]bool{-2: false, -1: true, 0: true, 1: false} {
		facts := anybody()
		facts.At = morning.AddDate(0, 0, days)
		f, err := card.Show(&template, &facts)
		if err != nil {
			t.Fatal(err)
		}
		if (f.Back[0].Key == "banner") != shown || (f.Pictures[card.SlotStrip] == "pies") != shown {
			t.Errorf("day %d: %v %v", days, f.Back[0], f.Pictures)
		}
	}
	if template.Design.Pictures[card.SlotStrip] != "usual" {
		t.Error("the template was changed by showing it")
	}
}

// TestValuesOfCards looks at what a card has for itself.
func TestValuesOfCards(t *testing.T) {
	t.Parallel()
	k, _ := card.Find("business_card")
	var f verno.Faults
	k.CheckValues("/values", map[string]string{"post": strings.Repeat("x", 81), "car": "red"}, &f)
	want := []string{"/values/car unknown_field", "/values/name required", "/values/post text_too_long"}
	if got := fields(f.Err()); !slices.Equal(got, want) {
		t.Fatal(got)
	}
}

// TestContactTakesNoLine is about names that would end a line of a contact and begin one of their own.
func TestContactTakesNoLine(t *testing.T) {
	t.Parallel()
	k, _ := card.Find("business_card")
	template, facts := k.Template("x"), anybody()
	facts.Values = map[string]string{"name": "Anna\r\nTEL:1", "post": "a;b,c\\d"}
	f, err := card.Show(&template, &facts)
	if err != nil || strings.Contains(f.Code.Message, "\nTEL:1") || !strings.Contains(f.Code.Message, `TITLE:a\;b\,c\\d`) {
		t.Fatal(err, f.Code.Message)
	}
}

// TestMomentsOfCards: a card begins and ends in years that everybody can read, and ends after it begins, also where only
// its template says how long it is good.
func TestMomentsOfCards(t *testing.T) {
	t.Parallel()
	gift, _ := card.Find("gift_certificate")
	at := func(text string) time.Time {
		moment, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for _, c := range []struct {
		starts, ends, want string
	}{
		{"2026-01-01T00:00:00Z", "2199-12-31T23:59:59Z", ""},
		{"2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "/ends_at not_after_start"},
		{"2026-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "/ends_at number_range"},
		{"1999-12-31T23:59:59Z", "2027-01-01T00:00:00Z", "/starts_at number_range"},
		{"9999-12-31T23:59:59Z", "", "/starts_at number_range /ends_at number_range"},
	} {
		d := card.Document{Starts: at(c.starts)}
		if c.ends != "" {
			d.Ends = at(c.ends)
		}
		d.Begin(&card.Template{Kind: "gift_certificate", Settings: []byte(`{"valid_days":365}`)}, at("2026-11-22T12:00:00Z"))
		var f verno.Faults
		d.Check(gift, &f)
		got := fields(f.Err())
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s to %q: %q, want %q", c.starts, c.ends, got, c.want)
		}
	}
}
