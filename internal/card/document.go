package card

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
)

// Document is what one card has beside its template, as it is kept beside the card. What its kind calls personal is not
// in it, but sealed with the card's secret.
type Document struct {
	Values map[string]string `json:"values,omitempty"`
	Starts time.Time         `json:"starts,omitzero"`
	Ends   time.Time         `json:"ends,omitzero"`
	// Uses are the entries that a pass began with, or had when it was last filled; 0 where they are not counted.
	Uses  int64  `json:"uses,omitempty"`
	State string `json:"state,omitempty"` // StateUsed or StateLapsed; empty while the card is good
}

// ReadDocument reads what a card has; the empty text is nothing.
func ReadDocument(text string) (d Document, err error) {
	if text == "" {
		return d, nil
	}
	return d, json.Unmarshal([]byte(text), &d)
}

// Check looks at what a card of a kind is to have.
func (d *Document) Check(k *Kind, f *verno.Faults) {
	k.CheckValues("/values", d.Values, f)
	CheckMoment("/starts_at", d.Starts, f)
	CheckMoment("/ends_at", d.Ends, f)
	if !d.Starts.IsZero() && !d.Ends.IsZero() && !d.Ends.After(d.Starts) {
		f.Say("/ends_at", "not_after_start")
	}
	if d.State != "" {
		f.OneOf("/state", d.State, StateUsed, StateLapsed)
	}
}

// CheckMoment sees that a card begins, or ends, in a year that has four digits in every zone, as what is written of it
// could be read by nobody otherwise. The zero time is none.
func CheckMoment(at string, t time.Time, f *verno.Faults) {
	const first, end = 2000, 2200
	if y := t.UTC().Year(); !t.IsZero() && (y < first || y >= end) {
		f.Say(at, "number_range", "min", strconv.Itoa(first), "max", strconv.Itoa(end-1))
	}
}

// Part divides what a card has into the document that is kept in clear and the values that are sealed.
func (d *Document) Part(k *Kind) (text string, sealed map[string]string, err error) {
	open := *d
	open.Values = nil
	for _, o := range k.Own {
		value := d.Values[o.Name]
		switch {
		case value == "":
		case o.Personal:
			sealed = put(sealed, o.Name, value)
		default:
			open.Values = put(open.Values, o.Name, value)
		}
	}
	out, err := json.Marshal(open)
	if err != nil || string(out) == "{}" {
		return "", sealed, err
	}
	return string(out), sealed, nil
}

func put(m map[string]string, name, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[name] = value
	return m
}

// lasting are settings that say how long a new card is good.
type lasting interface{ days() int64 }

func (s *giftSettings) days() int64 { return s.ValidDays }

func (s *couponSettings) days() int64 { return s.ValidDays }

func (s *clubSettings) days() int64 { return s.ValidDays }

// Begin fills in of a new card what its template says: how often it lets in, and when it ends.
func (d *Document) Begin(t *Template, at time.Time) {
	if a, ok := t.Admission(time.UTC); ok && d.Uses == 0 {
		d.Uses = a.Uses
	}
	d.Ends = d.lasts(t, at)
}

// lasts is when a card ends that is filled at a time: its own end, else the one that its template gives; zero for never.
func (d *Document) lasts(t *Template, at time.Time) time.Time {
	k, ok := Find(t.Kind)
	if !ok || !d.Ends.IsZero() {
		return d.Ends
	}
	var ignored verno.Faults
	if s, ok := k.settings(t.Settings, &ignored).(lasting); ok && s.days() > 0 {
		from := at
		if d.Starts.After(at) {
			from = d.Starts
		}
		return from.AddDate(0, 0, int(s.days()))
	}
	return time.Time{}
}

// Fill adds entries to a pass that has some left. Where no end is given they last as long as those of a new pass, and no
// shorter than the card; a card that ends ends no earlier than they do. It returns until when they can be used, zero for
// always.
func (d *Document) Fill(t *Template, left, more int64, until, at time.Time) time.Time {
	if until.IsZero() && !d.Ends.IsZero() {
		fresh := Document{}
		until = latest(fresh.lasts(t, at), d.Ends)
	}
	if d.Uses = left + more; !d.Ends.IsZero() {
		d.Ends = latest(until, d.Ends)
	}
	return until
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
