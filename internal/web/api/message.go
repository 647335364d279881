package api

import (
	"context"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// Messages are sentences for people, in the language of the request, that a till shows and prints as they are.
type Messages struct {
	Cashier []string `json:"cashier" doc:"For the till's screen."`
	Receipt []string `json:"receipt" doc:"For the customer: on the second screen and the slip."`
}

// soon is how near a deadline is of which the customer is told.
const soon = 30 * 24 * time.Hour

// speaker writes sentences in a language.
type speaker struct {
	lang     string
	scale    int // decimal places of points
	currency money.Currency
	zone     *time.Location
}

// quoteMessages is what a quote says to people.
func quoteMessages(q *checkout.Quote, lang string) Messages {
	s := speaker{lang, q.Scale, q.Currency, q.Zone}
	t := &q.Outcome.Totals
	var said Messages
	s.saved(&said, t)
	if t.Earn > 0 {
		said.receipt(s.pick("To be earned: ", "Будет начислено ") + s.points(t.Earn) + ".")
	}
	if t.Cashback > 0 {
		said.receipt(s.pick("Cashback to be earned: ", "Кешбэк составит ") + s.money(t.Cashback) + ".")
	}
	said.receipt(s.stamps(q.Outcome.Awards))
	if q.Member == nil {
		return said
	}
	if m := q.Member; m.Balance != nil {
		said.receipt(s.pick("After this purchase you have ", "После покупки у вас ") + s.points(balanceAfter(*m.Balance, &q.Outcome)) + s.pick(" to spend.", "."))
	}
	if m := q.Member; m.NextLevel != "" && m.Missing > 0 {
		said.receipt(s.money(m.Missing) + s.pick(" more to the next level.", " до следующего уровня."))
	}
	if e := q.Member.Expiring; len(e) > 0 && e[0].At.Before(q.ExpiresAt.Add(soon)) {
		said.receipt(s.points(e[0].Points) + s.pick(" can be spent until ", " можно потратить до ") + s.lastDay(e[0].At) + ".")
	}
	switch {
	case q.Member.Frozen:
		said.cashier(s.pick("Spending is blocked: points can be earned but not spent.", "Списания остановлены: начислить можно, списать нельзя."))
	case q.Outcome.MaxPoints > 0:
		said.cashier(s.pick("Can be spent here: ", "Можно списать: ") + s.points(q.Outcome.MaxPoints) + ".")
	}
	return said
}

// receiptMessages is what a receipt says to people: only what the receipt itself knows, so that it says the same for
// ever. What is left on the account is the quote's to say: a sale that spends nothing does not read it.
func receiptMessages(r *verno.Receipt, scale int, lang string) Messages {
	s := speaker{lang: lang, scale: scale, currency: r.Currency}
	var said Messages
	if r.Return != nil {
		s.returned(&said, r.Return)
		return said
	}
	s.saved(&said, &r.Totals)
	if r.Member.IsZero() {
		return said
	}
	if r.Totals.Earn > 0 {
		said.receipt(s.pick("Earned: ", "Начислено ") + s.points(r.Totals.Earn) + ".")
	}
	if used := r.Outcome.CashbackUsed; used > 0 {
		said.receipt(s.pick("Paid with cashback: ", "Оплачено кешбэком: ") + s.money(used) + ".")
	}
	if r.Totals.Cashback > 0 {
		said.receipt(s.pick("Cashback on your card: ", "Кешбэк на карту: ") + s.money(r.Totals.Cashback) + ".")
	}
	said.receipt(s.stamps(r.Outcome.Awards))
	if r.Debt > 0 {
		said.receipt(s.points(r.Debt) + s.pick(" are owed; the next points earned repay them.", " — долг: его погасят следующие начисления."))
		said.cashier(s.pick("Points were short, a debt of ", "Баллов не хватило, долг — ") + s.points(r.Debt) + ".")
	}
	return said
}

// balanceAfter is what can be spent right after a purchase: what could be before it, less what is spent, and what is
// earned and need not wait.
func balanceAfter(before money.Points, out *verno.Outcome) money.Points {
	left := before - out.Totals.Points
	for i := range out.Awards {
		a := &out.Awards[i]
		if a.Unit == verno.UnitPoints && a.AvailableIn == 0 && (!a.UntilFirst || out.Totals.Payable > 0) {
			left += a.Points
		}
	}
	return left
}

func (m *Messages) receipt(text string) {
	if text != "" {
		m.Receipt = append(m.Receipt, text)
	}
}

func (m *Messages) cashier(text string) { m.Cashier = append(m.Cashier, text) }

// saved tells what promotions and points took off.
func (s *speaker) saved(said *Messages, t *verno.Totals) {
	if t.Discount > 0 {
		said.receipt(s.pick("Discount: ", "Скидка ") + s.money(t.Discount) + ".")
	}
	if t.Points > 0 {
		said.receipt(s.pick("Paid with ", "Оплачено: ") + s.points(t.Points) + " (" + s.money(t.Redeemed) + ").")
	}
}

func (s *speaker) returned(said *Messages, r *verno.ReturnOutcome) {
	if r.PointsBack > 0 {
		said.receipt(s.pick("Returned: ", "Возвращено: ") + s.points(r.PointsBack) + ".")
	}
	if r.PointsTaken > 0 {
		said.receipt(s.pick("Deducted: ", "Списано обратно: ") + s.points(r.PointsTaken) + ".")
	}
	if r.CashbackTaken > 0 {
		said.receipt(s.pick("Cashback taken back: ", "Кешбэк списан обратно: ") + s.money(r.CashbackTaken) + ".")
	}
	if r.CashbackOwed > 0 {
		said.receipt(s.money(r.CashbackOwed) + s.pick(" of it was spent already; the next cashback repays it.", " из него уже потрачено: погасит следующий кешбэк."))
	}
	if r.Refund > 0 {
		said.cashier(s.pick("Pay out ", "К выплате ") + s.money(r.Refund) + ".")
	}
}

// stamps tells how many were earned; nothing where none were.
func (s *speaker) stamps(awards []verno.Award) string {
	n := int64(0)
	for i := range awards {
		if awards[i].Unit == verno.UnitStamps {
			n += int64(awards[i].Points)
		}
	}
	if n == 0 {
		return ""
	}
	number := money.Points(n).Format(0)
	return s.pick("On your card: ", "На карте: ") + number + " " +
		s.plural(number, [2]string{"new stamp", "new stamps"}, [3]string{"новый штамп", "новых штампа", "новых штампов"}) + "."
}

func (s *speaker) pick(en, ru string) string {
	if s.lang == "ru" {
		return ru
	}
	return en
}

// points are points with their word: 1 point, 1.5 points; 1 балл, 2 балла, 5 баллов, 1,5 балла.
func (s *speaker) points(n money.Points) string {
	number := n.Format(s.scale)
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return s.decimal(number) + " " + s.plural(number, [2]string{"point", "points"}, [3]string{"балл", "балла", "баллов"})
}

// plural picks the form that goes with a number as it is written.
func (s *speaker) plural(number string, en [2]string, ru [3]string) string {
	if s.lang != "ru" {
		if number == "1" {
			return en[0]
		}
		return en[1]
	}
	last := number[len(number)-1]
	teen := len(number) > 1 && number[len(number)-2] == '1'
	switch {
	case strings.Contains(number, "."):
		return ru[1]
	case last == '1' && !teen:
		return ru[0]
	case last >= '2' && last <= '4' && !teen:
		return ru[1]
	default:
		return ru[2]
	}
}

func (s *speaker) money(a money.Amount) string {
	sign := string(s.currency)
	if sign == "RUB" {
		sign = "₽"
	}
	return s.decimal(s.currency.Format(a)) + " " + sign
}

func (s *speaker) decimal(number string) string {
	if s.lang == "ru" {
		return strings.Replace(number, ".", ",", 1)
	}
	return number
}

// lastDay is the last day before a deadline, where the sale is.
func (s *speaker) lastDay(deadline time.Time) string {
	zone := s.zone
	if zone == nil {
		zone = time.UTC
	}
	return deadline.Add(-time.Microsecond).In(zone).Format(s.pick("2 January 2006", "02.01.2006"))
}

// receipt shows a receipt with what it says in the caller's language.
func (a *API) receipt(ctx context.Context, c *call, r *verno.Receipt) *Receipt {
	shown := showReceipt(r)
	if said := receiptMessages(r, a.Till.Scale(ctx, r.Tenant, r.Programme), c.lang); len(said.Receipt)+len(said.Cashier) > 0 {
		shown.Messages = &said
	}
	return shown
}
