package checkout_test

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/money"
)

// The steps of a sale as tests take them.

// line is a line of goods.
func line(sku string, quantity money.Quantity, price money.Amount) verno.Line {
	return verno.Line{ID: sku, SKU: sku, Quantity: quantity, Price: price}
}

func basket(lines ...verno.Line) verno.Basket { return verno.Basket{Currency: "RUB", Lines: lines} }

// tea is a basket of one line that costs so much.
func tea(price money.Amount) verno.Basket { return basket(line("tea", money.One, price)) }

func cash(n money.Amount) verno.Tender { return verno.Tender{Kind: verno.TenderCash, Amount: n} }
func bank(n money.Amount) verno.Tender {
	return verno.Tender{Kind: verno.TenderCard, Amount: n, Reference: "auth 4711"}
}

func stored(n money.Amount) verno.Tender { return verno.Tender{Kind: verno.TenderStored, Amount: n} }

// static is the code of a photographed or printed card.
func (g *guest) static() string { return g.secret.Machine }

// live is the code that the card in the phone shows now.
func (b *bundle) live(g *guest) string {
	return code.Live(g.secret.Live, code.Machine(g.secret.Machine), b.clock())
}

// scan identifies by what is scanned or typed at a till.
func (b *bundle) scan(a verno.Actor, text string) string {
	b.t.Helper()
	found, err := b.till.Identify(b.ctx, a, checkout.Identify{Scan: text})
	b.must(err)
	return found.Presence
}

// show identifies by a fresh live code.
func (b *bundle) show(a verno.Actor, g *guest) string {
	b.t.Helper()
	b.later(code.Step)
	return b.scan(a, b.live(g))
}

// known identifies by the member's id, as an integration does that has logged the member in itself.
func (b *bundle) known(g *guest) string {
	b.t.Helper()
	found, err := b.till.Identify(b.ctx, b.boss, checkout.Identify{Member: g.ID, Store: b.made.Store})
	b.must(err)
	return found.Presence
}

// saleOf is what is asked of a till, at the first shop where the credential is bound to none.
func (b *bundle) saleOf(presence string, goods verno.Basket, spend money.Points) checkout.Sale {
	return checkout.Sale{Presence: presence, Basket: goods, Spend: spend}
}

func (b *bundle) quote(a verno.Actor, s checkout.Sale) *checkout.Quote {
	b.t.Helper()
	if a.Store.IsZero() && s.Store.IsZero() {
		s.Store = b.made.Store
	}
	q, err := b.till.Quote(b.ctx, a, s, checkout.QuoteOptions{})
	b.must(err)
	return q
}

// commitOf is the commit of a quote; what tenders leave is paid in cash.
func (b *bundle) commitOf(a verno.Actor, s checkout.Sale, q *checkout.Quote, tenders ...verno.Tender) checkout.Commit {
	if a.Store.IsZero() && s.Store.IsZero() {
		s.Store = b.made.Store
	}
	key := b.name("sale")
	left := q.Outcome.Totals.Payable
	for _, t := range tenders {
		if t.Kind != verno.TenderPoints {
			left -= t.Amount
		}
	}
	if left > 0 {
		tenders = append(tenders, cash(left))
	}
	return checkout.Commit{
		Key: key, BodyHash: hash(key), CheckoutID: key, Sale: s, Totals: q.Outcome.Totals, Tenders: tenders, Number: key,
	}
}

func (b *bundle) commit(a verno.Actor, c checkout.Commit) *verno.Receipt {
	b.t.Helper()
	r, _, err := b.till.Commit(b.ctx, a, c)
	b.must(err)
	return r
}

// sell quotes and commits.
func (b *bundle) sell(a verno.Actor, s checkout.Sale, tenders ...verno.Tender) *verno.Receipt {
	b.t.Helper()
	return b.commit(a, b.commitOf(a, s, b.quote(a, s), tenders...))
}

// back returns lines of a receipt, all that is left where none is named, at the first till.
func (b *bundle) back(of *verno.Receipt, lines ...checkout.ReturnLine) *verno.Receipt {
	b.t.Helper()
	r, _, err := b.till.Return(b.ctx, b.at(0), b.returnOf(of, lines...))
	b.must(err)
	return r
}

func (b *bundle) returnOf(of *verno.Receipt, lines ...checkout.ReturnLine) checkout.Return {
	key := b.name("return")
	return checkout.Return{Key: key, BodyHash: hash(key), Receipt: of.ID, Lines: lines, Number: key}
}

func quantity(line string, n money.Quantity) checkout.ReturnLine {
	return checkout.ReturnLine{Line: line, Quantity: n}
}

// topUp pays money in at the first till.
func (b *bundle) topUp(g *guest, n money.Amount) {
	b.t.Helper()
	key := b.name("top-up")
	_, _, err := b.till.TopUp(b.ctx, b.at(0), checkout.TopUp{Key: key, BodyHash: hash(key), Member: g.ID, Amount: n, Tender: verno.TenderCash})
	b.must(err)
}
