package card

import (
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Terms is what a template says to those who take its cards at a till.
type Terms struct {
	Kind        *Kind
	Offer       Text          // of a coupon, in words
	Details     Text          // of a coupon, in one more sentence
	Word        string        // of a coupon: that of the promotions which it opens
	Uses        int64         // of a coupon: how often it may be used
	ReturnsGive bool          // of a coupon: a receipt that comes back as a whole gives the use back
	Percent     money.Percent // of a discount card: what it takes off
	Points      money.Points  // of a coupon: what it costs as a gift; 0 where it cannot be had for points
	Days        int64         // how long a new coupon is good; 0 where only the template's days bound it
	Worth       money.Amount  // of a new certificate
	ForPoints   bool          // a certificate can be bought with points
	from, until string
}

// spoken are settings that say something to a till.
type spoken interface{ terms(t *Terms) }

func (s *couponSettings) terms(t *Terms) {
	t.Offer, t.Details, t.Word, t.Uses, t.ReturnsGive = s.Offer, s.Details, s.Coupon, max(s.Uses, 1), s.Returns
	t.from, t.until, t.Points, t.Days = s.From, s.Until, s.Points, s.ValidDays
}

func (s *giftSettings) terms(t *Terms) { t.Worth, t.ForPoints = s.Worth, s.ForPoints }

func (s *discountSettings) terms(t *Terms) { t.Percent = s.Percent }

// Terms reads what a published template says to a till; false for a kind that is not known any more.
func (t *Template) Terms() (Terms, bool) {
	k, ok := Find(t.Kind)
	if !ok {
		return Terms{}, false
	}
	terms := Terms{Kind: k}
	var ignored verno.Faults
	if s, ok := k.settings(t.Settings, &ignored).(spoken); ok {
		s.terms(&terms)
	}
	return terms, true
}

// Gives says whether cards of the template are good at a moment, where points can be had for them.
func (t *Terms) Gives(now time.Time, zone *time.Location) bool {
	starts, ends := t.Span(&Document{}, zone)
	return t.Points > 0 && !now.Before(starts) && (ends.IsZero() || now.Before(ends))
}

// Span is from when and until when a card is good, in the zone of its programme: its own days, else the template's; zero
// where open.
func (t *Terms) Span(d *Document, zone *time.Location) (starts, ends time.Time) {
	x := Facts{At: time.Time{}.In(zone), Starts: d.Starts, Ends: d.Ends}
	return firstDay(t.from, &x), lastDay(t.until, &x)
}
