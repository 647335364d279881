package store

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// The facts and the outcome of a receipt are written by hand, because every sale writes them, and read by encoding/json,
// because few are read again. Fields of their zero value are left out, and of lines what another field tells. A promotion
// is named once and then by its number.

type factsJSON struct {
	Lines    []lineJSON   `json:"l"`
	Coupons  []string     `json:"c"`
	Member   *memberJSON  `json:"m"`
	Spend    money.Points `json:"spend"`
	At       int64        `json:"at"`
	TimeZone string       `json:"tz"`
	Channel  string       `json:"ch"`
	Left     []leftJSON   `json:"x"`

	Redeemed []verno.CardID `json:"cc"`
	Cashback money.Amount   `json:"cb"`
}

type leftJSON struct {
	Promotion verno.PromotionID `json:"p"`
	Count     int64             `json:"n"`
	Budget    int64             `json:"b"`
}

type memberJSON struct {
	Level     string                            `json:"l"`
	Tags      []string                          `json:"t"`
	Purchases int64                             `json:"n"`
	Spent     money.Amount                      `json:"s"`
	Enrolled  int64                             `json:"d"`
	Birthday  []verno.PromotionID               `json:"b"`
	Stamps    map[verno.PromotionID]int64       `json:"st"`
	Usage     map[verno.PromotionID]verno.Usage `json:"u"`
	Balance   money.Points                      `json:"bal"`
	SpendCap  money.Points                      `json:"cap"`
	Points    money.Points                      `json:"pt"`

	CardKind     string           `json:"ck"`
	CardTemplate verno.TemplateID `json:"ct"`
	CardPercent  int64            `json:"cp"`
}

// AppendFacts appends the stored form of a receipt's facts.
func AppendFacts(b []byte, f *verno.Facts) []byte {
	b = append(b, `{"l":[`...)
	for i := range f.Basket.Lines {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendLine(b, f.Basket.Lines, i)
	}
	b = append(b, ']')
	if len(f.Basket.Coupons) > 0 {
		b = appendAny(b, "c", f.Basket.Coupons)
	}
	if f.Member != nil {
		b = appendMember(b, f.Member)
	}
	b = appendInt(b, "spend", int64(f.Spend))
	b = appendInt(b, "at", verno.Micros(f.Moment.At))
	b = appendText(b, "tz", f.TimeZone)
	b = appendText(b, "ch", f.Moment.Channel)
	if len(f.Left) > 0 {
		left := make([]leftJSON, len(f.Left))
		for i, l := range f.Left {
			left[i] = leftJSON(l)
		}
		b = appendAny(b, "x", left)
	}
	if len(f.Redeemed) > 0 {
		b = appendAny(b, "cc", f.Redeemed)
	}
	b = appendInt(b, "cb", int64(f.Cashback))
	return append(b, '}')
}

func appendMember(b []byte, m *verno.MemberFacts) []byte {
	b = append(b, `,"m":{"l":`...)
	b = appendString(b, m.Level)
	if len(m.Tags) > 0 {
		b = appendAny(b, "t", m.Tags)
	}
	b = appendInt(b, "n", m.Purchases)
	b = appendInt(b, "s", int64(m.Spent))
	b = appendInt(b, "d", m.Enrolled)
	if len(m.Birthday) > 0 {
		b = appendAny(b, "b", m.Birthday)
	}
	if len(m.Stamps) > 0 {
		b = appendAny(b, "st", m.Stamps)
	}
	if len(m.Usage) > 0 {
		b = appendAny(b, "u", m.Usage)
	}
	b = appendInt(b, "bal", int64(m.Balance))
	b = appendInt(b, "cap", int64(m.SpendCap))
	b = appendInt(b, "pt", int64(m.Points))
	b = appendText(b, "ck", m.CardKind)
	if !m.CardTemplate.IsZero() {
		b = appendText(b, "ct", m.CardTemplate.String())
	}
	b = appendInt(b, "cp", int64(m.CardPercent))
	return append(b, '}')
}

type outcomeJSON struct {
	Promotions []verno.PromotionID         `json:"p"`
	Lines      []lineOutcomeJSON           `json:"l"`
	MaxPoints  money.Points                `json:"max"`
	Awards     []awardJSON                 `json:"a"`
	StampsUsed map[verno.PromotionID]int64 `json:"su"`
	Uses       [][3]int64                  `json:"u"`
	Tenders    []tenderJSON                `json:"t"`
	Debt       money.Points                `json:"debt"`
	Return     *returnJSON                 `json:"r"`

	CashbackUsed money.Amount `json:"cu"`
}

type awardJSON struct {
	Promotion   int            `json:"p"`
	Unit        verno.UnitKind `json:"k"`
	Points      money.Points   `json:"n"`
	ByLine      []money.Points `json:"by"`
	AvailableIn int64          `json:"in"`
	ExpiresIn   int64          `json:"days"`
	UntilFirst  bool           `json:"first"`
	Lot         verno.LotID    `json:"lot"`
}

type tenderJSON struct {
	Kind      verno.TenderKind `json:"k"`
	Amount    money.Amount     `json:"a,omitempty"`
	Points    money.Points     `json:"p,omitempty"`
	Reference string           `json:"r,omitempty"`
	Card      verno.CardID     `json:"c,omitzero"`
}

func tenderToJSON(t *verno.Tender) tenderJSON {
	return tenderJSON{t.Kind, t.Amount, t.Points, t.Reference, t.Card}
}

func (j *tenderJSON) tender() verno.Tender {
	return verno.Tender{Kind: j.Kind, Amount: j.Amount, Points: j.Points, Reference: j.Reference, Card: j.Card}
}

type returnJSON struct {
	Lines       []returnedLineJSON `json:"l,omitempty"`
	PointsBack  money.Points       `json:"pb,omitempty"`
	PointsTaken money.Points       `json:"pt,omitempty"`
	StampsTaken int64              `json:"st,omitempty"`
	StampsBack  int64              `json:"sb,omitempty"`
	MoneyBack   money.Amount       `json:"mb,omitempty"`
	Refund      money.Amount       `json:"f,omitempty"`
	Tenders     []tenderJSON       `json:"t,omitempty"`
	Whole       bool               `json:"w,omitempty"`

	CashbackBack  money.Amount `json:"cb,omitempty"`
	CashbackTaken money.Amount `json:"ct,omitempty"`
	CashbackOwed  money.Amount `json:"co,omitempty"`
}

type returnedLineJSON struct {
	Line        string       `json:"id"`
	Quantity    int64        `json:"q"`
	Net         money.Amount `json:"n,omitempty"`
	Redeemed    money.Amount `json:"r,omitempty"`
	PointsTaken money.Points `json:"pt,omitempty"`
}

func returnToJSON(r *verno.ReturnOutcome) *returnJSON {
	j := &returnJSON{
		PointsBack: r.PointsBack, PointsTaken: r.PointsTaken, StampsTaken: r.StampsTaken, StampsBack: r.StampsBack,
		MoneyBack: r.MoneyBack, Refund: r.Refund, Whole: r.Whole,
		CashbackBack: r.CashbackBack, CashbackTaken: r.CashbackTaken, CashbackOwed: r.CashbackOwed,
	}
	for _, l := range r.Lines {
		j.Lines = append(j.Lines, returnedLineJSON{l.Line, int64(l.Quantity), l.Net, l.Redeemed, l.PointsTaken})
	}
	for i := range r.Tenders {
		j.Tenders = append(j.Tenders, tenderToJSON(&r.Tenders[i]))
	}
	return j
}

func (j *returnJSON) outcome() *verno.ReturnOutcome {
	r := &verno.ReturnOutcome{
		PointsBack: j.PointsBack, PointsTaken: j.PointsTaken, StampsTaken: j.StampsTaken, StampsBack: j.StampsBack,
		MoneyBack: j.MoneyBack, Refund: j.Refund, Whole: j.Whole,
		CashbackBack: j.CashbackBack, CashbackTaken: j.CashbackTaken, CashbackOwed: j.CashbackOwed,
	}
	for _, l := range j.Lines {
		r.Lines = append(r.Lines, verno.ReturnedLine{
			Line: l.Line, Quantity: money.Quantity(l.Quantity), Net: l.Net, Redeemed: l.Redeemed, PointsTaken: l.PointsTaken,
		})
	}
	for i := range j.Tenders {
		r.Tenders = append(r.Tenders, j.Tenders[i].tender())
	}
	return r
}

// AppendOutcome appends the stored form of what a receipt decided.
func AppendOutcome(b []byte, r *verno.Receipt) []byte {
	var few [16]verno.PromotionID
	names := few[:0]
	number := func(id verno.PromotionID) int64 {
		for i := range names {
			if names[i] == id {
				return int64(i)
			}
		}
		names = append(names, id)
		return int64(len(names) - 1)
	}
	o := &r.Outcome
	b = append(b, `{"l":[`...)
	for i := range o.Lines {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendLineOutcome(b, &o.Lines[i], number)
	}
	b = append(b, ']')
	b = appendInt(b, "max", int64(o.MaxPoints))
	b = appendAwards(b, r, number)
	if len(o.StampsUsed) > 0 {
		b = appendAny(b, "su", o.StampsUsed)
	}
	for i, u := range o.Uses {
		b = appendOpen(b, i, `,"u":[[`, `,[`)
		b = strconv.AppendInt(b, number(u.Promotion), 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, u.Count, 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, u.Cost, 10)
		b = append(b, ']')
	}
	if len(o.Uses) > 0 {
		b = append(b, ']')
	}
	b = appendInt(b, "cu", int64(o.CashbackUsed))
	b = appendTenders(b, r.Tenders)
	b = appendInt(b, "debt", int64(r.Debt))
	if r.Return != nil {
		b = appendAny(b, "r", returnToJSON(r.Return))
	}
	b = append(b, `,"p":[`...)
	for i := range names {
		b = appendOpen(b, i, `"`, `,"`)
		if !names[i].IsZero() {
			b = names[i].AppendBytes(b)
		}
		b = append(b, '"')
	}
	return append(b, `]}`...)
}

func appendAwards(b []byte, r *verno.Receipt, number func(verno.PromotionID) int64) []byte {
	for i := range r.Outcome.Awards {
		a := &r.Outcome.Awards[i]
		b = appendOpen(b, i, `,"a":[{"p":`, `,{"p":`)
		b = strconv.AppendInt(b, number(a.Promotion), 10)
		b = appendText(b, "k", string(a.Unit))
		b = appendInt(b, "n", int64(a.Points))
		for j, n := range a.ByLine {
			b = appendOpen(b, j, `,"by":[`, `,`)
			b = strconv.AppendInt(b, int64(n), 10)
		}
		if len(a.ByLine) > 0 {
			b = append(b, ']')
		}
		b = appendInt(b, "in", a.AvailableIn)
		b = appendInt(b, "days", a.ExpiresIn)
		b = appendBool(b, "first", a.UntilFirst)
		if i < len(r.AwardLots) {
			b = appendText(b, "lot", r.AwardLots[i].String())
		}
		b = append(b, '}')
	}
	if len(r.Outcome.Awards) > 0 {
		b = append(b, ']')
	}
	return b
}

func appendTenders(b []byte, tenders []verno.Tender) []byte {
	for i := range tenders {
		t := &tenders[i]
		b = appendOpen(b, i, `,"t":[{"k":`, `,{"k":`)
		b = appendString(b, string(t.Kind))
		b = appendInt(b, "a", int64(t.Amount))
		b = appendInt(b, "p", int64(t.Points))
		b = appendText(b, "r", t.Reference)
		if !t.Card.IsZero() {
			b = appendText(b, "c", t.Card.String())
		}
		b = append(b, '}')
	}
	if len(tenders) > 0 {
		b = append(b, ']')
	}
	return b
}

func readFacts(text []byte, f *verno.Facts, currency money.Currency) error {
	var j factsJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return fmt.Errorf("store: read a receipt's facts: %w", err)
	}
	f.Basket = verno.Basket{Currency: currency, Coupons: j.Coupons, Lines: make([]verno.Line, len(j.Lines))}
	for i, l := range j.Lines {
		f.Basket.Lines[i] = l.line(f.Basket.Lines, i)
	}
	if m := j.Member; m != nil {
		f.Member = &verno.MemberFacts{
			Level: m.Level, Tags: m.Tags, Purchases: m.Purchases, Spent: m.Spent, Enrolled: m.Enrolled, Birthday: m.Birthday,
			Stamps: m.Stamps, Usage: m.Usage, Balance: m.Balance, SpendCap: m.SpendCap, Points: m.Points,
			CardKind: m.CardKind, CardTemplate: m.CardTemplate, CardPercent: money.Percent(m.CardPercent),
		}
	}
	f.Spend, f.TimeZone, f.Redeemed, f.Cashback = j.Spend, j.TimeZone, j.Redeemed, j.Cashback
	for _, l := range j.Left {
		f.Left = append(f.Left, verno.PromotionLeft(l))
	}
	f.Moment.At, f.Moment.Channel = verno.FromMicros(j.At), j.Channel
	return nil
}

func readOutcome(text []byte, r *verno.Receipt) error {
	var j outcomeJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return fmt.Errorf("store: read a receipt's outcome: %w", err)
	}
	o := &r.Outcome
	for _, l := range j.Lines {
		line := l.outcome()
		for _, d := range l.Discounts {
			line.Discounts = append(line.Discounts, verno.Adjustment{Promotion: j.Promotions[d[0]], Amount: money.Amount(d[1])})
		}
		o.Lines = append(o.Lines, line)
	}
	o.MaxPoints, o.StampsUsed, o.CashbackUsed = j.MaxPoints, j.StampsUsed, j.CashbackUsed
	for _, a := range j.Awards {
		o.Awards = append(o.Awards, verno.Award{
			Promotion: j.Promotions[a.Promotion], Unit: a.Unit, Points: a.Points, ByLine: a.ByLine,
			AvailableIn: a.AvailableIn, ExpiresIn: a.ExpiresIn, UntilFirst: a.UntilFirst,
		})
		r.AwardLots = append(r.AwardLots, a.Lot)
		r.Totals.Cashback += o.Awards[len(o.Awards)-1].Cashback()
	}
	for _, u := range j.Uses {
		o.Uses = append(o.Uses, verno.Use{Promotion: j.Promotions[u[0]], Count: u[1], Cost: u[2]})
	}
	for i := range j.Tenders {
		r.Tenders = append(r.Tenders, j.Tenders[i].tender())
	}
	r.Debt = j.Debt
	if j.Return != nil {
		r.Return = j.Return.outcome()
		r.Totals.Cashback = r.Return.CashbackTaken
	}
	o.Totals = r.Totals
	return nil
}
