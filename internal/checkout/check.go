package checkout

import (
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/money"
)

// maxKey bounds an Idempotency-Key.
const maxKey = 255

// maxScan bounds what is scanned of a card that is no member's.
const maxScan = code.MaxLength

// checkKey sees that an operation that must happen once has a key to tell it by.
func checkKey(key string) error {
	switch {
	case key == "":
		return verno.Malformed("idempotency_key_missing")
	case len(key) > maxKey:
		return verno.Invalid("idempotency_key_invalid")
	}
	return nil
}

// names are the texts by which a till names a sale or a return, and the date that it books it on.
type names struct {
	number, shift, checkout, channel string
	date                             int32
}

// check looks at them for something that happened at a time.
func (n names) check(f *verno.Faults, at time.Time) {
	for _, text := range [...]struct{ at, value string }{
		{"/number", n.number}, {"/shift", n.shift}, {"/checkout_id", n.checkout}, {"/channel", n.channel},
	} {
		if !clean(text.value) {
			checkText(f, text.at, text.value)
		}
	}
	if n.date == 0 {
		return
	}
	day, ok := dayOf(n.date)
	switch away := day.Sub(at).Abs(); {
	case !ok:
		f.Say("/business_date", "date_invalid", "form", "YYYY-MM-DD")
	case away > (businessDays+1)*24*time.Hour: // The store's own day may be another than that of UTC.
		f.Say("/business_date", "date_far", "days", strconv.Itoa(businessDays))
	}
}

// businessDays is how far the day on which something is booked may be from the day on which it happened.
const businessDays = 7

// checkText sees that a text of a till is not too long and holds nothing that no till writes.
func checkText(f *verno.Faults, at, text string) { f.Text(at, text, 0, verno.MaxTextLength) }

// clean reports whether a text is plain and short beyond doubt, which nearly all are.
func clean(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return len(s) <= verno.MaxTextLength
}

// checkTenders sees that each part of a payment is of a kind that there is and of an amount that can be. Points are paid in
// one part, which says how many in all: two would say it twice.
func checkTenders(f *verno.Faults, tenders []verno.Tender) {
	if len(tenders) > verno.MaxTenders {
		f.Say("/tenders", "too_many", "max", strconv.Itoa(verno.MaxTenders))
		return
	}
	points := 0
	for i := range tenders {
		t, at := &tenders[i], "/tenders/"+strconv.Itoa(i)
		switch t.Kind {
		case verno.TenderPoints:
			if points++; points > 1 {
				f.Say(at+"/kind", "duplicate")
			}
		case verno.TenderStored, verno.TenderCash, verno.TenderCard, verno.TenderOther:
		case verno.TenderCertificate:
			f.Text(at+"/scan", t.Scan, 1, maxScan)
		default:
			f.Say(at+"/kind", "unknown_value", "known", "points, stored_money, certificate, cash, card, other")
		}
		if !t.Amount.Valid() {
			f.Say(at+"/amount", "number_range", "min", "0", "max", maxAmount)
		}
		if most := maxPointsOf(t.Kind); t.Points < 0 || t.Points > most {
			f.Say(at+"/points", "number_range", "min", "0", "max", most.Format(0))
		}
		checkText(f, at+"/reference", t.Reference)
	}
}

// maxPointsOf is the most points that a tender of a kind may name.
func maxPointsOf(kind verno.TenderKind) money.Points {
	if kind == verno.TenderPoints {
		return money.MaxPoints
	}
	return 0
}

// storedOf adds up what stored money pays.
func storedOf(tenders []verno.Tender) (sum money.Amount) {
	for i := range tenders {
		if tenders[i].Kind == verno.TenderStored {
			sum += tenders[i].Amount
		}
	}
	return sum
}
