package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// What a programme is worth when it begins: five percent of what is paid, in whole points of one rouble each.
const (
	pointWorth = 100   // kopecks
	earnEvery  = 2_000 // kopecks paid for each point
)

// tooMuch is more money than any member has: a sale that is paid with it is refused, and its key is used up.
const tooMuch = 100_000_000_00

// draftLines draws goods and their sum.
func draftLines(draw *rand.Rand, n int) (lines []goodsLine, gross int64) {
	for i := range n {
		price, pieces := int64(1_000+draw.IntN(30_000)), int64(1+draw.IntN(4))
		gross += price * pieces
		lines = append(lines, goodsLine{
			ID: strconv.Itoa(i + 1), SKU: fmt.Sprintf("46%08d", draw.IntN(1e8)), Name: "Goods", Category: "food",
			Quantity: strconv.FormatInt(pieces, 10), Price: rubles(price),
		})
	}
	return lines, gross
}

// payment says how a sale is paid; what is left is paid by card.
type payment struct{ points, stored int64 }

// sale is an order to sell. The totals are our own reckoning: a quote has no part in it.
func (s *stage) sale(member, presence string, lines []goodsLine, gross int64, pay payment) *order {
	redeemed := pay.points * pointWorth
	payable := gross - redeemed
	o := &order{Key: s.newKey("sale"), Kind: "sale", Member: member}
	o.Path = "/api/v1/checkouts/" + o.Key + "/commit"
	body := saleBody{
		Presence: presence, StoreID: s.Live.Store, Currency: "RUB", Lines: lines, Spend: pay.points, Shift: o.Key,
		Totals:  &totals{Gross: rubles(gross), Discount: rubles(0), Points: pay.points, Redeemed: rubles(redeemed), Payable: rubles(payable)},
		Tenders: []tender{{"card", rubles(payable - pay.stored)}},
	}
	if pay.stored > 0 {
		body.Tenders = append(body.Tenders, tender{"stored_money", rubles(pay.stored)})
	}
	if member != "" {
		o.Earn = payable / earnEvery
	}
	return o.with(body)
}

// back is an order to return all that is left of a sale, or some pieces of one line.
func (s *stage) back(of *sold, line string, pieces int64) *order {
	o := &order{Key: s.newKey("return"), Kind: "return", Member: of.member, Of: of.key, Path: "/api/v1/receipts/" + of.id + "/returns"}
	body := map[string]any{"shift": o.Key}
	if line != "" {
		body["lines"] = []map[string]string{{"line_id": line, "quantity": strconv.FormatInt(pieces, 10)}}
	}
	return o.with(body)
}

func (s *stage) topUp(member string, n int64) *order {
	o := &order{Key: s.newKey("top-up"), Kind: "top_up", Member: member, Path: "/api/v1/top_ups"}
	return o.with(map[string]any{"member_id": member, "amount": rubles(n), "tender": "cash", "store_id": s.Live.Store})
}

func (s *stage) adjust(member string, n int64) *order {
	o := &order{Key: s.newKey("adjust"), Kind: "adjust", Member: member, Path: "/api/v1/members/" + member + "/points/adjustments"}
	return o.with(map[string]any{"points": n, "reason": "correction"})
}

func (s *stage) hold(member, presence, kind string, n int64) *order {
	o := &order{Key: s.newKey("hold"), Kind: "hold", Member: member, Of: kind, Path: "/api/v1/holds"}
	return o.with(map[string]any{"presence": presence, "kind": kind, "amount": n, "seconds": 3600, "store_id": s.Live.Store})
}

// end is an order to take a part of a hold, or to release it where n is 0.
func (s *stage) end(h held, n int64) *order {
	o := &order{Key: s.newKey("end"), Kind: "capture", Member: h.member, Of: h.kind, Path: "/api/v1/holds/" + h.id + "/capture"}
	if n == 0 {
		o.Kind, o.Path = "release", "/api/v1/holds/"+h.id+"/release"
		return o
	}
	return o.with(map[string]any{"amount": n})
}

func (o *order) with(body any) *order {
	text, err := json.Marshal(body)
	if err != nil {
		panic("rig: a body cannot be written: " + err.Error())
	}
	o.Body = text
	return o
}

// compose draws an order of any kind, for any member.
func (r *rack) compose(ctx context.Context, draw *rand.Rand) (*order, error) {
	s := r.stage
	member := s.members[draw.IntN(len(s.members))]
	what := draw.IntN(100)
	switch {
	case what < 15:
		if o := s.takeSale(draw); o != nil {
			return o, nil
		}
	case what < 22:
		if o := s.takeHold(draw); o != nil {
			return o, nil
		}
	case what < 28:
		return s.topUp(member, int64(1+draw.IntN(50_000))), nil
	case what < 34:
		return s.adjust(member, int64(1+draw.IntN(100))*(1-2*int64(draw.IntN(2)))), nil
	}
	lines, gross := draftLines(draw, 1+draw.IntN(3))
	if what >= 90 {
		return s.sale("", "", lines, gross, payment{}), nil
	}
	token, err := r.presence(ctx, member)
	if err != nil {
		return nil, err
	}
	var pay payment
	switch {
	case what >= 85:
		lines[0].Price.Amount += tooMuch
		lines[0].Quantity = "1"
		return s.sale(member, token, lines[:1], lines[0].Price.Amount, payment{stored: tooMuch}), nil
	case what < 42:
		kind := []string{"points", "money"}[draw.IntN(2)]
		return s.hold(member, token, kind, int64(1+draw.IntN(20))), nil
	case what < 55:
		pay.points = min(int64(1+draw.IntN(40)), gross/2/pointWorth)
	case what < 70:
		pay.stored = min(int64(1+draw.IntN(20_000)), gross)
	case what < 75:
		pay.points = min(int64(1+draw.IntN(40)), gross/2/pointWorth)
		pay.stored = 1 + int64(draw.IntN(500))
	}
	return s.sale(member, token, lines, gross, pay), nil
}

// takeSale draws a sale of which something is left to be returned: a piece of a line, or all of it.
func (s *stage) takeSale(draw *rand.Rand) *order {
	s.mu.Lock()
	if len(s.sold) == 0 {
		s.mu.Unlock()
		return nil
	}
	at := draw.IntN(len(s.sold))
	of := s.sold[at]
	line, pieces := draw.IntN(len(of.lines)), int64(1)
	whole := draw.IntN(3) == 0
	if of.left[line] -= pieces; whole || of.left[line] <= 0 {
		s.sold[at] = s.sold[len(s.sold)-1]
		s.sold = s.sold[:len(s.sold)-1]
	}
	s.mu.Unlock()
	if whole {
		return s.back(of, "", 0)
	}
	return s.back(of, of.lines[line], pieces)
}

// takeHold draws a hold to be ended.
func (s *stage) takeHold(draw *rand.Rand) *order {
	s.mu.Lock()
	if len(s.held) == 0 {
		s.mu.Unlock()
		return nil
	}
	at := draw.IntN(len(s.held))
	h := s.held[at]
	s.held[at] = s.held[len(s.held)-1]
	s.held = s.held[:len(s.held)-1]
	s.mu.Unlock()
	return s.end(h, draw.Int64N(h.amount+1))
}

// told is what Verno answers, of whatever kind.
type told struct {
	ID         string    `json:"id"`
	Shift      string    `json:"shift"`
	ReceivedAt time.Time `json:"received_at"`
	Totals     struct {
		totals
		Earn int64 `json:"earn"`
	} `json:"totals"`
	Lines []struct {
		ID       string `json:"id"`
		Quantity string `json:"quantity"`
	} `json:"lines"`
	Tenders []tender `json:"tenders"`
	Return  *struct {
		PointsBack  int64  `json:"points_back"`
		PointsTaken int64  `json:"points_taken"`
		MoneyBack   amount `json:"stored_money_back"`
		Refund      amount `json:"refund"`
		Whole       bool   `json:"whole"`
	} `json:"return"`
	Amount   json.RawMessage `json:"amount"` // money of a top-up, a number of a hold
	Captured int64           `json:"captured"`
	Points   int64           `json:"points"` // of an adjustment
	amount   int64
}

// tell reads an answer to an order.
func (o *order) tell(answer []byte) (*told, error) {
	t := &told{}
	if err := json.Unmarshal(answer, t); err != nil {
		return nil, fmt.Errorf("the answer to a %s: %w", o.Kind, err)
	}
	switch o.Kind {
	case "top_up":
		var n amount
		if err := json.Unmarshal(t.Amount, &n); err != nil {
			return nil, err
		}
		t.amount = n.Amount
	case "hold", "capture", "release":
		return t, json.Unmarshal(t.Amount, &t.amount)
	}
	return t, nil
}

// Value is what a member has, or what an operation does to it. Points may be below zero, when what was returned had
// earned points that are spent.
type Value struct{ Points, Money int64 }

func (v *Value) add(other Value) {
	v.Points += other.Points
	v.Money += other.Money
}

// effect is what an answer says that its operation did.
func (o *order) effect(t *told) Value {
	switch o.Kind {
	case "sale":
		v := Value{Points: t.Totals.Earn - t.Totals.Points}
		for _, n := range t.Tenders {
			if n.Kind == "stored_money" {
				v.Money -= n.Amount.Amount
			}
		}
		return v
	case "return":
		return Value{Points: t.Return.PointsBack - t.Return.PointsTaken, Money: t.Return.MoneyBack.Amount}
	case "top_up":
		return Value{Money: t.amount}
	case "adjust":
		return Value{Points: t.Points}
	case "capture":
		if o.Of == "money" {
			return Value{Money: -t.Captured}
		}
		return Value{Points: -t.Captured}
	default:
		return Value{}
	}
}
