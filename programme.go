package verno

import (
	"encoding/json"
	"time"

	"github.com/verno-loyalty/verno/money"
)

// Programme is the terms of a loyalty programme. It is configuration: kept as a document, drafted, published as a
// numbered version and shown by the API in the same form, hence the tags.
type Programme struct {
	ID       ProgrammeID    `json:"id"`
	Name     string         `json:"name"`
	Issuer   IssuerID       `json:"issuer_id"` // the legal entity that owes stored money
	Currency money.Currency `json:"currency"`
	TimeZone string         `json:"time_zone"` // IANA name, for stores that name none
	Points   PointsTerms    `json:"points"`
	Levels   LevelTerms     `json:"levels"`
	Classes  []ClassTerms   `json:"goods_classes"`
	// PlasticEnds says that a plastic card is dead once its owner has moved it into the phone.
	PlasticEnds bool        `json:"plastic_ends,omitempty"`
	PaidIn      PaidInTerms `json:"paid_in,omitzero"`
}

// PaidInTerms bounds what is paid in at once, so that a slip of the finger at a till is no fortune. Zero means what is
// usual.
type PaidInTerms struct {
	TopUp       money.Amount `json:"top_up,omitempty"`      // onto a member's account
	Certificate money.Amount `json:"certificate,omitempty"` // the worth of a gift certificate, which is nobody's in particular
}

// The usual bounds, in whole units of the currency. That of certificates is the one that Russian law has for electronic
// money of people who are not known, though a certificate of a merchant is none.
const (
	usualTopUp       = 100_000
	usualCertificate = 15_000
)

// Most are the bounds in force.
func (t PaidInTerms) Most(c money.Currency) PaidInTerms {
	if t.TopUp == 0 {
		t.TopUp = c.Whole(usualTopUp)
	}
	if t.Certificate == 0 {
		t.Certificate = c.Whole(usualCertificate)
	}
	return t
}

// PointsTerms says what points are worth and how they may be spent.
type PointsTerms struct {
	Scale         int            `json:"scale"`           // decimal places, 0 to 3
	Value         money.Ratio    `json:"value"`           // minor units of money for one smallest unit of points
	MaxShare      money.Percent  `json:"max_share"`       // the most of a receipt that points may pay, "100" for all
	MaxShareLine  money.Percent  `json:"max_share_line"`  // the most of a line
	MinSpend      money.Points   `json:"min_spend"`       // the fewest points that may be spent at once, 0 for any
	StaticDaily   money.Points   `json:"static_daily"`    // the most points a day that a static code may spend
	PendingSecond int64          `json:"pending_seconds"` // before earned points may be spent
	Expiry        ExpiryTerms    `json:"expiry"`
	Rounding      money.Rounding `json:"rounding"` // of earned points, where the promotion names none
}

// ExpiryTerms says how long points live.
type ExpiryTerms struct {
	Kind   string `json:"kind"`   // "never", "after_days", "after_months", "end_of_year", "on_date"
	Number int    `json:"number"` // days or months; for end_of_year the years after the current one
	Grace  int    `json:"grace"`  // days added
	Date   string `json:"date"`   // YYYY-MM-DD, the last day of life, for on_date
}

// LevelTerms says which levels there are and over which window spend is counted.
type LevelTerms struct {
	WindowMonths int     `json:"window_months"` // calendar months before the current one that count with it; 0 counts for life
	Levels       []Level `json:"levels"`        // by rising threshold
}

// Level is a level of members, reached by spend.
type Level struct {
	ID   string       `json:"id"`
	Name string       `json:"name"`
	From money.Amount `json:"from"` // spend in the window, minor units
}

// ClassTerms says what goods of a class are barred from.
type ClassTerms struct {
	Class      GoodsClass `json:"class"`
	NoDiscount bool       `json:"no_discount"`
	NoRedeem   bool       `json:"no_redeem"`
	NoEarn     bool       `json:"no_earn"`
}

// Barred is what the law bars by default: no discount and no points on tobacco and prescription medicine. A programme
// may bar more, never less.
func Barred(c GoodsClass) ClassTerms {
	switch c {
	case ClassTobacco, ClassPrescription:
		return ClassTerms{Class: c, NoDiscount: true, NoRedeem: true}
	case ClassGiftCard:
		return ClassTerms{Class: c, NoDiscount: true, NoRedeem: true, NoEarn: true}
	default:
		return ClassTerms{Class: c}
	}
}

// Terms is what applies to a class: what the law bars and what the programme adds.
func (p *Programme) Terms(c GoodsClass) ClassTerms {
	t := Barred(c)
	for _, own := range p.Classes {
		if own.Class == c {
			t.NoDiscount = t.NoDiscount || own.NoDiscount
			t.NoRedeem = t.NoRedeem || own.NoRedeem
			t.NoEarn = t.NoEarn || own.NoEarn
		}
	}
	return t
}

// Promotion is one rule of a programme: a head that all types share and the settings of its type.
type Promotion struct {
	ID        PromotionID     `json:"id"`
	Name      string          `json:"name"`
	Type      string          `json:"type"`
	Active    bool            `json:"active"`
	Priority  int             `json:"priority"`  // higher goes first
	Exclusive bool            `json:"exclusive"` // where it gives a discount on a line, no other promotion may
	Group     string          `json:"group"`     // of promotions in one group the best for the member applies alone
	Audience  Audience        `json:"audience"`
	Schedule  Schedule        `json:"schedule"`
	Goods     Goods           `json:"goods"`
	MinBasket money.Amount    `json:"min_basket"` // sum of the goods that it looks at, before discounts
	Limits    Limits          `json:"limits"`
	Condition string          `json:"condition"` // an expression that says yes or no; empty for yes
	Settings  json.RawMessage `json:"settings"`
}

// Audience says for whom a promotion is. The zero Audience is every member.
type Audience struct {
	Anonymous bool     `json:"anonymous"` // also for those who show no card
	Levels    []string `json:"levels"`    // any of these levels; empty for all
	Tags      []string `json:"tags"`      // any of these tags; empty for all

	MinPoints money.Points `json:"min_points,omitempty"` // that may be spent before the purchase
}

// Schedule says when and where. The zero Schedule is always and everywhere.
type Schedule struct {
	From     *time.Time `json:"from"`
	Until    *time.Time `json:"until"`    // not included
	Weekdays []int      `json:"weekdays"` // 1 Monday … 7 Sunday; empty for all
	Hours    []Hours    `json:"hours"`    // in the store's zone; empty for all day
	Stores   []StoreID  `json:"stores"`   // empty for all
}

// Hours is a part of a day, "HH:MM" to "HH:MM"; the end is not included, and one before the start runs past midnight.
type Hours struct {
	From  string `json:"from"`
	Until string `json:"until"`
}

// Goods says which lines a promotion looks at. The zero Goods is all lines.
type Goods struct {
	Categories       []string `json:"categories"` // a category means itself and all below it
	SKUs             []string `json:"skus"`
	ExceptCategories []string `json:"except_categories"`
	ExceptSKUs       []string `json:"except_skus"`
}

// Limits bounds the uses of a promotion. Zero means no limit.
type Limits struct {
	PerMember    int64 `json:"per_member"`
	PerMemberDay int64 `json:"per_member_day"`
	Total        int64 `json:"total"`
	Budget       int64 `json:"budget"`       // minor units of discounts and cashback, or points, that it may give in all
	ReturnsGive  bool  `json:"returns_give"` // whether a whole return gives the use back
}

// Version is a published state of a programme: the terms and the promotions together, never changed afterwards.
type Version struct {
	Number      int64       `json:"number"`
	PublishedAt time.Time   `json:"published_at"`
	PublishedBy string      `json:"published_by"`
	Note        string      `json:"note"`
	Programme   Programme   `json:"programme"`
	Promotions  []Promotion `json:"promotions"`
}
