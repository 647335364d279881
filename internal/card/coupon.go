package card

import (
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// couponSettings say what a coupon gives and when. The promotion that it opens is the programme's, found by the word.
type couponSettings struct {
	Offer     Text         `json:"offer" en:"What it gives" ru:"Что даёт" required:"true" max:"60"`
	Details   Text         `json:"details,omitempty" en:"In one more sentence" ru:"Ещё одно предложение" max:"120"`
	Coupon    string       `json:"coupon,omitempty" en:"Code word of the promotion" ru:"Кодовое слово акции" form:"code" max:"60"`
	From      string       `json:"from,omitempty" en:"First day" ru:"Первый день" form:"date"`
	Until     string       `json:"until,omitempty" en:"Last day" ru:"Последний день" form:"date"`
	Uses      int64        `json:"uses,omitempty" en:"How many times; 0 for once" ru:"Сколько раз; 0 — один раз" min:"0" max:"1000"`
	ValidDays int64        `json:"valid_days,omitempty" en:"Days that a new one is good; 0 for the days above" ru:"Сколько дней действует новый; 0 — по датам выше" min:"0" max:"3650"`
	Points    money.Points `json:"points,omitempty" en:"What it costs in points; 0: it cannot be had for points" ru:"Сколько стоит в баллах; 0 — за баллы не выдаётся" min:"0" max:"1000000000"`
	Returns   bool         `json:"returns_give,omitempty" en:"A whole return gives it back" ru:"Полный возврат чека возвращает купон"`
	Terms     Text         `json:"terms,omitempty" en:"Terms on the back" ru:"Условия на обороте" max:"4000"`
}

// checkDays sees that the last day of something is not before its first.
func checkDays(f *verno.Faults, at, from, until string) {
	if from != "" && until != "" && until < from {
		f.Say(at, "not_after_start")
	}
}

// coupon is an offer to be used once: a discount, a gift, something to try.
var coupon = define(Kind{
	Name: "coupon", Title: Both("Coupon", "Купон"), Style: StyleCoupon, Class: ClassOffer, Scan: ScanRedeem,
	About: Both("One offer, used once: a discount, a gift, something new to try.", "Одно предложение на один раз: скидка, подарок, проба новинки."),
	Fields: []Known{
		set(Known{Name: "offer", Label: Both("Offer", "Предложение"), Change: Both("%@", "%@")},
			func(s *couponSettings, _ *Facts) Value { return textValue(s.Offer) }),
		set(Known{Name: "details", Label: Both("What it is", "Подробнее")}, func(s *couponSettings, _ *Facts) Value { return textValue(s.Details) }),
		set(knownStarts, func(s *couponSettings, x *Facts) Value { return dateValue(firstDay(s.From, x)) }),
		set(knownEnds, func(s *couponSettings, x *Facts) Value { return dateValue(lastDay(s.Until, x)) }),
		knownHolder, knownNumber, knownMerchant, knownNews,
		set(termsField, func(s *couponSettings, _ *Facts) Value { return textValue(s.Terms) }),
	},
	Starter: Design{
		Title: Both("Coupon", "Купон"), Format: QR, Colours: Colours{Background: "#a3211b", Foreground: "#ffffff", Label: "#ffe1dd"},
		Front: slices.Concat([]Placed{{Field: "offer", Area: AreaPrimary, Silent: true}}, at(AreaSecondary, "details"), at(AreaAuxiliary, "ends")),
		Back:  back("news", "starts", "number", "merchant", "terms"),
	},
}, couponSettings{Offer: Both("10% off", "Скидка 10 %")}, func(s *couponSettings, f *verno.Faults) {
	checkDays(f, "/settings/until", s.From, s.Until)
	if s.ValidDays > 0 && s.Until != "" { // A card's own end counts, so one of the two would be lost.
		f.Say("/settings/valid_days", "number_range", "min", "0", "max", "0")
	}
	if s.Points > 0 && s.Coupon == "" { // Whoever has paid for it must get something for it.
		f.Say("/settings/coupon", "required")
	}
}, func(f *Face, s *couponSettings, x *Facts) {
	f.Starts, f.Ends = firstDay(s.From, x), lastDay(s.Until, x)
	f.Balance = textValue(s.Offer)
	f.Voided = f.Voided || x.Of > 0 && x.Left <= 0
})

// firstDay is when a card begins: its own day, else the template's.
func firstDay(from string, x *Facts) time.Time {
	if !x.Starts.IsZero() {
		return x.Starts
	}
	return moment(from, dayForm, x.At.Location())
}

// lastDay is when a card ends: its own day, else the template's.
func lastDay(until string, x *Facts) time.Time {
	if !x.Ends.IsZero() {
		return x.Ends
	}
	return dayEnd(until, x.At.Location())
}
