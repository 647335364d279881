package checkout_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// TestCertificateModel runs random operations of a few certificates, at once and each request one to five times, and holds
// every answer and what is left on each against plain numbers: what was sold is spent, left, given back or lapsed, and
// nothing else; what is blocked, replaced, given back or over pays nothing.
func TestCertificateModel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		template := b.template("gift_certificate", `{"worth":100000}`)
		b.later(4 * time.Hour) // So that the terms in force are older than every receipt that is handed in late.
		for range modelRounds() {
			rapid.Check(t, func(t *rapid.T) {
				run := &giftRun{modelRun: &modelRun{t: t, b: b.in(t)}, template: template}
				for range rapid.IntRange(3, 20).Draw(t, "steps") {
					run.step()
				}
			})
		}
	})
}

// modelledGift is a certificate of both worlds.
type modelledGift struct {
	sold, left, returned, lapsed int64
	ends                         int64
	state                        string // active, blocked, returned
	sales                        []*giftSale
	card, made                   verno.CardID // made is the card of the latest answer, which is not looked at yet
	machine                      string
	dead                         []string // codes that were its own
}

// giftSale is a purchase that a certificate paid a part of; modelSale knows that part as stored money.
type giftSale struct {
	*modelSale

	taken int64 // by the certificate, less what came back
	id    verno.ReceiptID
}

// spent is what a certificate has paid.
func (g *modelledGift) spent() (n int64) {
	for _, s := range g.sales {
		n += s.taken
	}
	return n
}

// lapse forgets what is left once its time is over.
func (g *modelledGift) lapse(now int64) {
	if g.ends <= now {
		g.lapsed += g.left
		g.left = 0
	}
}

type giftRun struct {
	*modelRun

	template verno.TemplateID
	gifts    []*modelledGift
}

func (r *giftRun) step() {
	r.b.later(time.Millisecond)
	switch rapid.IntRange(0, 9).Draw(r.t, "step") {
	case 0:
		r.b.later(time.Duration(rapid.SampledFrom([]int{1, 24, 3 * 24}).Draw(r.t, "hours")) * time.Hour)
	case 1:
		_, err := r.b.till.LapsePoints(r.b.ctx, 1000)
		r.b.must(err)
	default:
		for _, g := range r.gifts {
			g.lapse(r.now())
		}
		var requests []*request
		for _, g := range r.gifts {
			if rapid.Bool().Draw(r.t, "acts") {
				requests = append(requests, r.act(g))
			}
		}
		if len(r.gifts) < 4 {
			requests = append(requests, r.sellGift())
		}
		r.send(requests)
	}
	for i, g := range r.gifts {
		g.lapse(r.now())
		if g.sold != g.spent()+g.left+g.returned+g.lapsed {
			r.t.Fatalf("the model of certificate %d is wrong: %+v", i, g)
		}
		r.know(g)
		found, err := r.b.till.Certificate(r.b.ctx, r.b.boss, g.card)
		r.b.must(err)
		if int64(found.Balance) != g.left || string(found.State) != g.state {
			r.t.Fatalf("certificate %d is %s with %d, want %s with %d", i, found.State, found.Balance, g.state, g.left)
		}
	}
}

// know looks up the codes of a certificate that was made or replaced; those that it had are dead.
func (r *giftRun) know(g *modelledGift) {
	if g.card == g.made {
		return
	}
	_, secret, err := r.b.roll.Secret(r.b.ctx, r.b.boss.Tenant, g.made)
	r.b.must(err)
	if g.machine != "" {
		g.dead = append(g.dead, g.machine)
	}
	g.card, g.machine = g.made, secret.Machine
}

func (r *giftRun) act(g *modelledGift) *request {
	what := rapid.SampledFrom([]string{"pay", "pay", "replay", "bring back", "bring back", "return", "replace", "block", "dead"}).Draw(r.t, "what")
	switch {
	case g.state == string(verno.CardBlocked) && rapid.Bool().Draw(r.t, "unblocks"):
		return r.block(g)
	case what == "bring back" && len(g.sales) > 0:
		return r.bringBack(g)
	case what == "replay" && g.left > 0 && g.state == string(verno.CardActive):
		return r.replayWith(g)
	case what == "return":
		return r.returnGift(g)
	case what == "replace":
		return r.replaceGift(g)
	case what == "block":
		return r.block(g)
	case what == "dead" && len(g.dead) > 0:
		return r.payWith(g, rapid.SampledFrom(g.dead).Draw(r.t, "code"))
	}
	return r.payWith(g, g.machine)
}

func (r *giftRun) sellGift() *request {
	worth := r.draw("worth", 1, 300_00)
	ends := r.b.clock().Add(time.Duration(r.draw("lasts", 1, 10*24)) * time.Hour)
	g := &modelledGift{sold: worth, left: worth, ends: verno.Micros(ends), state: string(verno.CardActive)}
	r.gifts = append(r.gifts, g)
	key := r.b.name("gift")
	q := checkout.SellCertificate{
		Key: key, BodyHash: hash(key), Template: r.template, Amount: money.Amount(worth), Tender: verno.TenderCash,
		Store: r.b.made.Store, Document: card.Document{Ends: ends},
	}
	return &request{what: "sell", want: fmt.Sprintf("worth %d", worth), once: true, keep: r.named(g), send: func() answer {
		got, replayed, err := r.b.till.SellCertificate(r.b.ctx, r.b.boss, q)
		if err != nil {
			return answer{text: codeOf(err)}
		}
		return answer{fmt.Sprintf("worth %d", got.Balance), replayed, got.Card}
	}}
}

// named takes the card of an answer, which is the same in all answers.
func (r *giftRun) named(g *modelledGift) func(id [16]byte) {
	before := g.made
	return func(id [16]byte) {
		if g.made != before && g.made != verno.CardID(id) {
			r.t.Fatalf("one request made %s and %s", g.made, verno.CardID(id))
		}
		g.made = id
	}
}

// paidFor is a purchase of so many pieces, of which a certificate pays a part; the model has it once it is taken.
func (r *giftRun) paidFor(most int64) (verno.Basket, *giftSale) {
	list, n, net := r.goods()
	part := min(net, r.upTo("part", most))
	return list, &giftSale{modelSale: &modelSale{quantity: n, stored: part, payable: net}, taken: part}
}

// tenders are a certificate's part and the rest in cash.
func (s *giftSale) tenders(scan string) (list []verno.Tender) {
	if s.stored > 0 {
		list = append(list, paying(scan, money.Amount(s.stored)))
	}
	if rest := s.payable - s.stored; rest > 0 {
		list = append(list, cash(money.Amount(rest)))
	}
	return list
}

// take has the model pay.
func (g *modelledGift) take(s *giftSale) (text string, keep func(id [16]byte)) {
	g.left -= s.stored
	g.sales = append(g.sales, s)
	return fmt.Sprintf("paid %d of %d", s.stored, s.payable), func(id [16]byte) { s.id = id }
}

func certificatePart(list []verno.Tender) (n money.Amount) {
	for _, x := range list {
		if x.Kind == verno.TenderCertificate {
			n += x.Amount
		}
	}
	return n
}

func (r *giftRun) payWith(g *modelledGift, scan string) *request {
	list, s := r.paidFor(g.left)
	sale := checkout.Sale{Store: r.b.made.Store, Basket: list}
	c := r.b.commitOf(r.b.boss, sale, r.b.quote(r.b.boss, sale), s.tenders(scan)...)
	q := &request{what: "pay", once: true, send: func() answer {
		got, replayed, err := r.b.till.Commit(r.b.ctx, r.b.boss, c)
		return answered(err, replayed, idOf(got), func() string {
			return fmt.Sprintf("paid %d of %d", certificatePart(got.Tenders), got.Totals.Payable)
		})
	}}
	switch {
	case s.stored > 0 && (scan != g.machine || g.state != string(verno.CardActive)):
		q.want = "card_not_usable"
	case s.stored > g.left:
		q.want = "certificate_short"
	default:
		q.want, q.keep = g.take(s)
	}
	return q
}

// replayWith is a purchase that an offline till hands in late.
func (r *giftRun) replayWith(g *modelledGift) *request {
	list, s := r.paidFor(g.left - 1)
	key := r.b.name("replay")
	ask := checkout.Replay{
		Key: key, BodyHash: hash(key), CheckoutID: key, OccurredAt: verno.FromMicros(r.now() - r.draw("ago", 0, 3*hour)),
		Charged: new(money.Amount(s.payable)), Sale: checkout.Sale{Store: r.b.made.Store, Basket: list}, Tenders: s.tenders(g.machine),
	}
	q := &request{what: "replay", once: true, send: func() answer {
		out, err := r.b.till.Replay(r.b.ctx, r.b.boss, []checkout.Replay{ask})
		r.b.must(err)
		if out[0].Err != nil {
			return answer{text: out[0].Err.Code}
		}
		got := out[0].Receipt
		return answer{fmt.Sprintf("paid %d of %d", certificatePart(got.Tenders), got.Totals.Payable), out[0].State == "duplicate", got.ID}
	}}
	q.want, q.keep = g.take(s)
	return q
}

// bringBack returns some of the goods: the certificate has its share again, unless its time is over.
func (r *giftRun) bringBack(g *modelledGift) *request {
	s := g.sales[r.draw("sale", 0, int64(len(g.sales)-1))]
	n := r.draw("pieces", 1, s.quantity)
	q := r.b.returnOf(&verno.Receipt{ID: s.id}, quantity("tea", money.Quantity(n)*money.One))
	want := "return_too_much"
	if n <= s.quantity-s.back {
		paid, part := s.share(s.payable, n), int64(0)
		if s.payable > 0 {
			before := s.payable * s.back / s.quantity
			part = s.stored*(before+paid)/s.payable - s.stored*before/s.payable
		}
		s.back += n
		s.taken -= part
		g.left += part
		g.lapse(r.now())
		want = fmt.Sprintf("back %d, refund %d", part, paid-part)
	}
	return &request{what: "bring back", want: want, once: true, send: func() answer {
		got, replayed, err := r.b.till.Return(r.b.ctx, r.b.boss, q)
		return answered(err, replayed, [16]byte{}, func() string {
			return fmt.Sprintf("back %d, refund %d", certificatePart(got.Tenders), got.Return.Refund)
		})
	}}
}

// returnGift gives a certificate back for money.
func (r *giftRun) returnGift(g *modelledGift) *request {
	q := r.b.takingBack(g.card)
	q.Store = r.b.made.Store
	want := fmt.Sprintf("refund %d", g.sold)
	switch {
	case g.state == string(verno.CardReturned):
		want = "certificate_returned"
	case g.state != string(verno.CardActive):
		want = "card_state"
	case g.left != g.sold:
		want = "certificate_touched"
	default:
		g.left, g.returned, g.state = 0, g.sold, string(verno.CardReturned)
	}
	return &request{what: "return", want: want, once: true, send: func() answer {
		got, replayed, err := r.b.till.ReturnCertificate(r.b.ctx, r.b.boss, q)
		return answered(err, replayed, [16]byte{}, func() string { return fmt.Sprintf("refund %d", got.Refund) })
	}}
}

// replaceGift moves what is left to another card.
func (r *giftRun) replaceGift(g *modelledGift) *request {
	key := r.b.name("replace")
	q := member.CardRequest{Key: key, BodyHash: hash(key), Card: g.card, Reason: "lost"}
	made := &request{what: "replace", want: "card_state", once: true, send: func() answer {
		got, err := r.b.roll.ReplaceCard(r.b.ctx, r.b.boss, r.b.clock(), q)
		return answered(err, got.Replayed, got.ID, func() string { return "replaced 0" })
	}}
	if g.state != string(verno.CardReturned) {
		g.state, made.want, made.keep = string(verno.CardActive), "replaced 0", r.named(g)
	}
	return made
}

// block blocks a certificate, or takes that back.
func (r *giftRun) block(g *modelledGift) *request {
	id, was, want := g.card, g.state, ""
	switch was {
	case string(verno.CardActive):
		g.state = string(verno.CardBlocked)
	case string(verno.CardBlocked):
		g.state = string(verno.CardActive)
	default:
		want = "card_state"
	}
	return &request{what: "block", want: want, send: func() answer {
		var err error
		if was == string(verno.CardBlocked) {
			_, err = r.b.roll.UnblockCard(r.b.ctx, r.b.boss, r.b.clock(), id)
		} else {
			_, err = r.b.roll.BlockCard(r.b.ctx, r.b.boss, r.b.clock(), id, "lost")
		}
		told := answered(err, true, [16]byte{}, func() string { return "" })
		told.replayed = true // To block what is blocked is well, however often.
		return told
	}}
}
