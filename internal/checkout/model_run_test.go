package checkout_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// TestModel runs random operations of a few members and holds every answer, and everything that the members have, against
// the reference model. Each request is sent one to five times, shuffled with those of other members and all at once: it
// happens once, and all are told the same. VERNO_MODEL_OPS says how many operations, about; a few hundred if nothing does.
func TestModel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.terms(func(p *verno.Programme) { p.Points.Expiry = verno.ExpiryTerms{Kind: "after_days", Number: pointsLife} })
		b.promote("cashback", fmt.Sprintf(`{"percent":"%d","expires_days":%d}`, backPercent, backLife))
		b.later(4 * time.Hour) // So that the terms in force are older than every receipt that is handed in late.
		for range modelRounds() {
			rapid.Check(t, func(t *rapid.T) {
				run := &modelRun{t: t, b: b.in(t)}
				for range 3 {
					run.enrol()
				}
				for range rapid.IntRange(5, 35).Draw(t, "steps") {
					run.step()
				}
			})
		}
	})
}

// modelRounds is how often rapid is asked for its cases, each of which is about twenty operations.
func modelRounds() int {
	wanted, _ := strconv.Atoi(os.Getenv("VERNO_MODEL_OPS"))
	checks, _ := strconv.Atoi(flag.Lookup("rapid.checks").Value.String())
	return max(1, wanted/20/max(1, checks))
}

type modelRun struct {
	t       *rapid.T
	b       *bundle
	members []*modelledMember
}

// modelledMember is a member of both worlds, with what it bought and held.
type modelledMember struct {
	*guest
	*modelMember
	sales  []*modelledSale
	placed []*modelledHold
}

type modelledSale struct {
	*modelSale
	id verno.ReceiptID
}

type modelledHold struct {
	*modelHold
	id verno.HoldID
}

// request is what is sent, some times, and what the model says of it.
type request struct {
	what string
	want string
	send func() answer
	keep func(id [16]byte) // what the answer named, where something was made
	once bool              // only one of the answers is fresh
}

// answer is what came of a request, as a text, whether it had been given before, and what was made.
type answer struct {
	text     string
	replayed bool
	id       [16]byte
}

// answered is an answer, which is the code of the error where there is one.
func answered(err error, replayed bool, id [16]byte, text func() string) answer {
	if err != nil {
		return answer{text: codeOf(err)}
	}
	return answer{text(), replayed, id}
}

func (r *modelRun) enrol() {
	m := &modelledMember{guest: r.b.enrol(), modelMember: &modelMember{}}
	r.b.topUp(m.guest, 100_00)
	m.topUp(100_00)
	s := r.b.saleOf(r.b.known(m.guest), tea(2000_00), 0)
	sold, _ := m.sell(1, 2000_00, 0, 0, r.now())
	m.keep(sold)(r.b.sell(r.b.boss, s).ID)
	r.members = append(r.members, m)
}

func (r *modelRun) now() int64 { return verno.Micros(r.b.clock()) }

// step lets each of some members do something, all at once.
func (r *modelRun) step() {
	r.b.later(time.Millisecond) // Lots are told apart by their time.
	switch rapid.IntRange(0, 19).Draw(r.t, "step") {
	case 0:
		r.b.later(time.Duration(rapid.SampledFrom([]int{1, 1, 5, 24, 6 * 24}).Draw(r.t, "hours")) * time.Hour)
	case 1:
		_, err := r.b.till.LapsePoints(r.b.ctx, 1000)
		r.b.must(err)
		_, err = r.b.till.LapseHolds(r.b.ctx, r.b.boss.Tenant)
		r.b.must(err)
	case 2:
		if len(r.members) < 6 {
			r.enrol()
		}
	default:
		var requests []*request
		for _, m := range r.members {
			if rapid.Bool().Draw(r.t, "acts") {
				requests = append(requests, r.act(m))
			}
		}
		r.send(requests)
	}
	for i, m := range r.members {
		if want, got := m.text(r.now()), r.has(m); want != got {
			r.t.Fatalf("member %d has\n%s\nwant\n%s", i, got, want)
		}
	}
}

func (r *modelRun) draw(name string, least, most int64) int64 {
	return rapid.Int64Range(least, max(least, most)).Draw(r.t, name)
}

// act is what one member does.
func (r *modelRun) act(m *modelledMember) *request {
	what := rapid.SampledFrom([]string{
		"end", "hold", "return", "sell", "replay", "end", "hold", "return", "sell", "top up", "sell", "return", "freeze", // rapid likes the first
	}).Draw(r.t, "what")
	if m.frozen && rapid.Bool().Draw(r.t, "thaws") {
		what = "freeze"
	}
	switch {
	case what == "return" && len(m.sales) > 0:
		return r.giveBack(m)
	case what == "hold":
		return r.hold(m)
	case what == "end" && len(m.placed) > 0:
		return r.end(m)
	case what == "top up":
		return r.topUp(m)
	case what == "replay":
		return r.replay(m)
	case what == "freeze":
		return r.freeze(m)
	default:
		return r.sell(m)
	}
}

// goods are some pieces of one kind.
func (r *modelRun) goods() (verno.Basket, int64, int64) {
	n, price := r.draw("pieces", 1, 4), rapid.SampledFrom([]int64{0, 99, 20_00, 33_33, 100_00, 555_55}).Draw(r.t, "price")
	return basket(line("tea", money.Quantity(n)*money.One, money.Amount(price))), n, n * price
}

// upTo draws an amount that is mostly there, and sometimes a little more.
func (r *modelRun) upTo(name string, most int64) int64 {
	if rapid.IntRange(0, 5).Draw(r.t, name+" too much") == 5 {
		return most + 1
	}
	return r.draw(name, min(1, most), most)
}

func (r *modelRun) sell(m *modelledMember) *request {
	b := r.b
	list, n, net := r.goods()
	spend := r.draw("spend", -1, 60)
	s := checkout.Sale{Presence: b.known(m.guest), Store: b.made.Store, Basket: list, Spend: money.Points(spend)}
	c := b.commitOf(b.boss, s, b.quote(b.boss, s))
	payable := int64(c.Totals.Payable)
	pays := int64(0)
	if rapid.Bool().Draw(r.t, "pays with stored money") {
		pays = min(payable, r.upTo("stored", m.spendableMoney(r.now())+m.cashback.free(r.now())))
	}
	if pays > 0 {
		c.Tenders = []verno.Tender{stored(money.Amount(pays)), cash(money.Amount(payable - pays))}
	}
	sold, want := m.sell(n, net, spend, pays, r.now())
	return &request{what: "sell", want: want, once: true, keep: m.keep(sold), send: func() answer {
		got, replayed, err := b.till.Commit(b.ctx, b.boss, c)
		return answered(err, replayed, idOf(got), func() string { return saleText(got) })
	}}
}

// keep remembers a sale, if it was one.
func (m *modelledMember) keep(s *modelSale) func(id [16]byte) {
	if s == nil {
		return nil
	}
	kept := &modelledSale{modelSale: s}
	m.sales = append(m.sales, kept)
	return func(id [16]byte) { kept.id = id }
}

func idOf(r *verno.Receipt) (id [16]byte) {
	if r != nil {
		id = r.ID
	}
	return id
}

func saleText(r *verno.Receipt) string {
	return fmt.Sprintf("spent %d, to pay %d, cashback %d for %d, earned %d, owes %d", r.Totals.Points, r.Totals.Payable,
		r.Outcome.CashbackUsed, r.Totals.Cashback, r.Totals.Earn, r.Debt)
}

func (r *modelRun) replay(m *modelledMember) *request {
	b := r.b
	list, n, net := r.goods()
	spend := r.draw("spend", 0, 30)
	at := r.now() - r.draw("ago", 0, 3*hour)
	payable := net - min(spend, net/pointWorth)*pointWorth
	pays := r.draw("stored", 0, min(payable, 20_00))
	key := b.name("replay")
	q := checkout.Replay{
		Key: key, BodyHash: hash(key), CheckoutID: key, OccurredAt: verno.FromMicros(at), Charged: new(money.Amount(payable)),
		Sale:    checkout.Sale{Store: b.made.Store, Basket: list, Spend: money.Points(spend)},
		Member:  checkout.Identify{Scan: m.static()},
		Tenders: []verno.Tender{stored(money.Amount(pays)), cash(money.Amount(payable - pays))},
	}
	sold, want := m.replay(n, net, spend, pays, at, r.now())
	return &request{what: "replay", want: want, once: true, keep: m.keep(sold), send: func() answer {
		out, err := b.till.Replay(b.ctx, b.boss, []checkout.Replay{q})
		b.must(err)
		if out[0].Err != nil {
			return answer{text: out[0].Err.Code}
		}
		return answer{saleText(out[0].Receipt), out[0].State == "duplicate", out[0].Receipt.ID}
	}}
}

func (r *modelRun) giveBack(m *modelledMember) *request {
	s := m.sales[r.draw("sale", 0, int64(len(m.sales)-1))]
	n := r.draw("pieces", 1, s.quantity)
	q := r.b.returnOf(&verno.Receipt{ID: s.id}, quantity("tea", money.Quantity(n)*money.One))
	return &request{what: "return", want: m.giveBack(s.modelSale, n, r.now()), once: true, send: func() answer {
		got, replayed, err := r.b.till.Return(r.b.ctx, r.b.boss, q)
		return answered(err, replayed, [16]byte{}, func() string {
			o := got.Return
			return fmt.Sprintf("back %d, taken %d, money %d, of it cashback %d, refund %d, cashback taken %d, owes %d and %d",
				o.PointsBack, o.PointsTaken, o.MoneyBack, o.CashbackBack, o.Refund, o.CashbackTaken, o.CashbackOwed, got.Debt)
		})
	}}
}

func (r *modelRun) hold(m *modelledMember) *request {
	money, life := rapid.Bool().Draw(r.t, "money"), r.draw("hours", 1, 100)
	kind, most := verno.UnitPoints, m.spendable(r.now())
	if money {
		kind, most = verno.UnitMoney, m.spendableMoney(r.now())
	}
	q := r.b.holdOf(m.guest, kind, max(1, r.upTo("amount", most)))
	q.Life = time.Duration(life) * time.Hour
	h, want := m.hold(money, q.Amount, r.now()+life*hour, r.now())
	var keep func(id [16]byte)
	if h != nil {
		kept := &modelledHold{modelHold: h}
		m.placed = append(m.placed, kept)
		keep = func(id [16]byte) { kept.id = id }
	}
	return &request{what: "hold", want: want, once: true, keep: keep, send: func() answer {
		return heldAnswer(r.b.till.Hold(r.b.ctx, r.b.boss, q))
	}}
}

func heldAnswer(h *verno.Hold, replayed bool, err error) answer {
	if h == nil {
		h = &verno.Hold{}
	}
	return answered(err, replayed, h.ID, func() string { return fmt.Sprintf("%s %d", h.State, h.Captured) })
}

func (r *modelRun) end(m *modelledMember) *request {
	h := m.placed[len(m.placed)-1]
	if rapid.Bool().Draw(r.t, "older") {
		h = m.placed[r.draw("hold", 0, int64(len(m.placed)-1))]
	}
	q := r.b.endOf(&verno.Hold{ID: h.id}, r.draw("amount", 0, h.amount+1))
	return &request{what: "end", want: m.end(h.modelHold, q.Amount, r.now()), once: true, send: func() answer {
		return heldAnswer(r.b.till.End(r.b.ctx, r.b.boss, q))
	}}
}

func (r *modelRun) topUp(m *modelledMember) *request {
	key := r.b.name("top-up")
	q := checkout.TopUp{
		Key: key, BodyHash: hash(key), Member: m.ID, Store: r.b.made.Store, Tender: verno.TenderCash, Amount: money.Amount(r.draw("amount", 1, 50_00)),
	}
	return &request{what: "top up", want: m.topUp(int64(q.Amount)), once: true, send: func() answer {
		got, replayed, err := r.b.till.TopUp(r.b.ctx, r.b.boss, q)
		return answered(err, replayed, [16]byte{}, func() string { return fmt.Sprintf("balance %d", got.Balance) })
	}}
}

func (r *modelRun) freeze(m *modelledMember) *request {
	m.frozen = !m.frozen
	do := r.b.roll.Unfreeze
	if m.frozen {
		do = r.b.roll.Freeze
	}
	return &request{what: "freeze", send: func() answer {
		_, err := do(r.b.ctx, r.b.boss, m.ID)
		return answered(err, true, [16]byte{}, func() string { return "" })
	}}
}

// send sends each request some times, all at once and in any order.
func (r *modelRun) send(requests []*request) {
	type copied struct {
		*request
		answer
	}
	var copies []*copied
	for _, q := range requests {
		for range rapid.IntRange(1, 5).Draw(r.t, "copies") {
			copies = append(copies, &copied{request: q})
		}
	}
	rand.Shuffle(len(copies), func(i, j int) { copies[i], copies[j] = copies[j], copies[i] })
	var all sync.WaitGroup
	for _, c := range copies {
		all.Go(func() { c.answer = c.send() })
	}
	all.Wait()
	fresh := map[*request]int{}
	for _, c := range copies {
		if c.text != c.want {
			r.t.Fatalf("%s: %s, want %s", c.what, c.text, c.want)
		}
		if c.keep != nil {
			c.keep(c.id)
		}
		if !c.replayed {
			fresh[c.request]++
		}
	}
	for q, n := range fresh {
		if refused := q.once && q.want[len(q.want)-1] > '9'; !refused && n != 1 { // Refusals are codes, all else ends in a number.
			r.t.Fatalf("%s happened %d times", q.what, n)
		}
	}
}

// has is all that a member has by the till's own answers, in the model's words.
func (r *modelRun) has(m *modelledMember) string {
	p := r.b.points(m.guest)
	o, err := r.b.reader.Owner(r.b.ctx, r.b.boss.Tenant, m.Owner)
	r.b.must(err)
	amount, held, spent := money.Amount(0), money.Amount(0), money.Amount(0)
	for _, s := range p.Stored {
		amount, held = s.Amount, s.Held
	}
	for _, s := range o.State.Spend {
		spent += s.Spent
	}
	return fmt.Sprintf("%d free, %d owed, %d held, %d money, %d money held, cashback %d free, %d owed, frozen %v, %d purchases, %d spent, lots%s",
		p.Available, p.Debt, p.Held, amount, held, p.Cashback.Available, p.Cashback.Debt, p.Frozen, o.State.Purchases, spent,
		strings.Join(r.lots(m), ""))
}

// lots are a member's lots of points, and then of cashback, that have not lapsed, in the order in which they are spent.
func (r *modelRun) lots(m *modelledMember) (list []string) {
	holdings, err := r.b.reader.Holdings(r.b.ctx, r.b.boss.Tenant, m.Owner)
	r.b.must(err)
	for _, unit := range []verno.UnitID{verno.PointsUnit(r.b.made.Programme), verno.CashbackUnit(r.b.made.Programme)} {
		for _, h := range holdings {
			for _, l := range h.Lots {
				if h.Account.Unit == unit && l.Remaining > 0 && l.ExpiresAt > r.now() {
					list = append(list, fmt.Sprintf(" %d@%d", l.Remaining, l.ExpiresAt))
				}
			}
		}
	}
	return list
}
