package card_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
)

// TestHours reads hours as people write them in either language, and refuses what leaves any doubt.
func TestHours(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"mon-fri 08:00-17:00, sat 22:00-02:00", "Пн – Пт 8:00 — 17:00; сб 22:00-02:00"} {
		h, ok := card.ParseHours(text)
		if !ok {
			t.Fatal(text)
		}
		for at, want := range map[string]bool{
			"2026-11-23T08:00": true, "2026-11-23T07:59": false, "2026-11-27T16:59": true, "2026-11-27T17:00": false, "2026-11-28T12:00": false,
			"2026-11-28T22:00": true, "2026-11-29T01:59": true, "2026-11-29T02:00": false, "2026-11-30T01:00": false,
		} {
			moment, err := time.ParseInLocation("2006-01-02T15:04", at, moscow)
			if err != nil {
				t.Fatal(err)
			}
			if h.Has(moment) != want {
				t.Errorf("%s in %q: not %v", at, text, want)
			}
		}
	}
	if h, ok := card.ParseHours(" "); !ok || !h.Has(morning) {
		t.Error("no hours are not all hours")
	}
	for _, bad := range []string{
		"mon", "mon 08:00", "mon 8-17", "mon-fri", "08:00-17:00", "someday 08:00-17:00", "mon 24:00-25:00", "mon 08:00-08:00", "mon 08:60-09:00",
		"mon 08:00-17:00 sat", ",", "mon 8:0-9:00", "mon -1:00-09:00",
	} {
		if _, ok := card.ParseHours(bad); ok {
			t.Errorf("%q is read", bad)
		}
	}
}

// TestAdmission: a ticket lets in on its day until its event is over, a pass in its hours and while it lasts.
func TestAdmission(t *testing.T) {
	t.Parallel()
	ticket := template(t, "event_ticket", `{"name":{"en":"Tasting"},"starts":"2026-11-22T19:00"}`)
	pass := template(t, "club_pass", `{"uses":8,"valid_days":30,"hours":"sun 09:00-21:00"}`)
	for _, c := range []struct {
		t    card.Template
		at   time.Time
		want string
	}{
		{ticket, morning, ""},
		{ticket, morning.AddDate(0, 0, -1), "entry_too_early"},
		{ticket, morning.Add(24 * time.Hour), "entry_over"},
		{pass, morning, ""},
		{pass, morning.Add(12 * time.Hour), "entry_closed"},
		{pass, morning.AddDate(0, 0, 31), "entry_expired"},
		{pass, morning.AddDate(0, 0, -7), "entry_too_early"},
	} {
		var d card.Document
		d.Starts = morning
		if c.t.Kind == "event_ticket" {
			d.Starts = time.Time{}
		}
		d.Begin(&c.t, morning)
		a, ok := c.t.Admission(moscow)
		if !ok {
			t.Fatal(c.t.Kind)
		}
		code := ""
		if e := verno.AsError(a.Allows(&d, c.at)); e != nil {
			code = e.Code
		}
		if code != c.want {
			t.Errorf("a %s at %s: %q, want %q", c.t.Kind, c.at, code, c.want)
		}
	}
	points := template(t, "points", `{}`)
	if _, ok := points.Admission(moscow); ok {
		t.Error("a card of points lets in")
	}
}

// TestFill: a pass that is filled says of how many there are some left and lasts as long as what was sold; one without an
// end stays without.
func TestFill(t *testing.T) {
	t.Parallel()
	pass := template(t, "club_pass", `{"uses":8,"valid_days":30}`)
	var d card.Document
	d.Begin(&pass, morning)
	if d.Uses != 8 || !d.Ends.Equal(morning.AddDate(0, 0, 30)) {
		t.Fatalf("%+v", d)
	}
	later := morning.AddDate(0, 0, 20)
	if until := d.Fill(&pass, 3, 8, time.Time{}, later); d.Uses != 11 || !until.Equal(later.AddDate(0, 0, 30)) || !d.Ends.Equal(until) {
		t.Errorf("until %s: %+v", until, d)
	}
	if until := d.Fill(&pass, 11, 1, later.AddDate(0, 0, 5), later); d.Uses != 12 || !until.Equal(later.AddDate(0, 0, 5)) || !d.Ends.Equal(later.AddDate(0, 0, 30)) {
		t.Errorf("until %s: %+v", until, d)
	}
	endless := card.Document{Uses: 1}
	if until := endless.Fill(&pass, 0, 8, time.Time{}, later); !until.IsZero() || !endless.Ends.IsZero() || endless.Uses != 8 {
		t.Errorf("until %s: %+v", until, endless)
	}
}

func template(t *testing.T, kind, settings string) card.Template {
	t.Helper()
	k, ok := card.Find(kind)
	if !ok {
		t.Fatal(kind)
	}
	out := k.Template("Mine")
	out.Settings = json.RawMessage(settings)
	return out
}
