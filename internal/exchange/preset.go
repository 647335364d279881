package exchange

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// preset is a form of file that can be imported.
type preset struct {
	name     string
	currency money.Currency // empty where it is the programme's, whatever that is
	zone     string         // of its times; empty for the programme's
	most     int            // bytes of a line
	fallback *charmap.Charmap
	rule     *Rule // by which points were given, where it is known
	open     func(in *lines, set setting) (format, error)
}

// setting is what a format needs to know of the programme.
type setting struct {
	currency money.Currency
	zone     *time.Location
	scale    int
}

// format reads the records of a file, which it has opened.
type format interface {
	// next reads a record. It returns io.EOF after the last one.
	next() (record, error)
}

// record is what one line of a file, or a row of several lines, holds: mostly one line of a receipt.
type record struct {
	parts []part
	end   int64 // the last line that belongs to it
}

// part is a document with one unit, to be joined with others of its key, or a unit that is rejected.
type part struct {
	key string // empty where it is not even known to what it belongs
	doc *document
	unit
	why refusal
}

var presets = []preset{
	{
		name: "online-retail", currency: "GBP", zone: "Europe/London", most: 1 << 16, fallback: charmap.Windows1252,
		open: openOnlineRetail,
	},
	{name: "x5", currency: "RUB", zone: "UTC", most: 16 << 20, rule: &x5Rule, open: openX5},
	{name: "generic", most: 1 << 16, fallback: charmap.Windows1251, open: openGeneric},
}

// Presets names the forms of files that can be imported.
func Presets() []string {
	names := make([]string, len(presets))
	for i, p := range presets {
		names[i] = p.name
	}
	return names
}

// Rule is what a programme needs to give the points that were really given.
type Rule struct {
	Currency  money.Currency
	Zone      string
	Scale     int
	Value     money.Ratio // minor units for a smallest unit of points
	Promotion verno.Promotion
}

// RuleOf is the rule of a preset's receipts. It returns an error where there is no such preset or its rule is not known.
func RuleOf(name string) (Rule, error) {
	p, err := presetNamed(name)
	if err == nil && p.rule == nil {
		err = fmt.Errorf("by which rule points were given is not known of %s", name)
	}
	if err != nil {
		return Rule{}, err
	}
	return *p.rule, nil
}

func presetNamed(name string) (preset, error) {
	i := slices.IndexFunc(presets, func(p preset) bool { return p.name == name })
	if i < 0 {
		return preset{}, fmt.Errorf("there is no preset %q; there are %s", name, strings.Join(Presets(), ", "))
	}
	return presets[i], nil
}

// start makes a preset ready for a programme: its times and money must be the programme's.
func (p *preset) start(in io.Reader, programme *verno.Programme) (*lines, format, error) {
	if p.currency != "" && p.currency != programme.Currency {
		return nil, nil, fmt.Errorf("the amounts of %s are in %s, and the programme counts in %s", p.name, p.currency, programme.Currency)
	}
	zone := p.zone
	if zone == "" {
		zone = programme.TimeZone
	}
	place, err := time.LoadLocation(zone)
	if err != nil {
		return nil, nil, err
	}
	l, err := openLines(in, p.most, p.fallback)
	if err != nil {
		return nil, nil, err
	}
	f, err := p.open(l, setting{currency: programme.Currency, zone: place, scale: programme.Points.Scale})
	return l, f, err
}

// rowFormat is a format whose records are the rows of a table.
type rowFormat struct {
	table *table
	read  func(r *row) part
}

func (f *rowFormat) next() (record, error) {
	r, err := f.table.next()
	if err != nil {
		return record{}, err
	}
	p := part{why: r.why}
	if r.why.code == "" {
		p = f.read(&r)
	}
	p.unit = r.unit
	if p.doc != nil {
		p.doc.units = []unit{r.unit}
	}
	return record{parts: []part{p}, end: r.end}, nil
}

// timeForms are the ways in which files write a time, the usual ones first.
var timeForms = []string{
	time.DateTime, "2006-01-02T15:04:05", time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04", "02.01.2006 15:04:05",
	"02.01.2006 15:04", "1/2/2006 15:04", time.DateOnly, "02.01.2006",
}

// timeOf reads a time; one without an offset is in the zone.
func timeOf(s string, zone *time.Location) (time.Time, bool) {
	for _, form := range timeForms {
		if at, err := time.ParseInLocation(form, s, zone); err == nil {
			return at.In(zone), at.Year() > 1970 && at.Year() < 2200
		}
	}
	return time.Time{}, false
}
