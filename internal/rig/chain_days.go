package rig

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

// regular is somebody who has a card, with habits.
type regular struct {
	number  int
	id      verno.MemberID
	code    string // of the card
	person  vault.Person
	home    int // shop
	often   int // of a thousand: how likely to come when drawn
	likes   []int
	spender bool
	adverts bool
	poster  bool
	lost    time.Time // after which they do not come any more; zero for never
	sales   int
	joined  chan struct{} // closed when the card is there
}

// happening is one thing on one day, in the order of its time.
type happening struct {
	at   time.Time
	seed uint64
	shop int
	till int
	join bool
	back *regret
}

// regret is a sale of which something will come back.
type regret struct {
	receipt verno.ReceiptID
	line    string
	much    money.Quantity
	shop    int
}

// live plays the days, one after another, up to a moment.
func (s *story) live(ctx context.Context, until time.Time) error {
	days := int(until.Sub(s.began).Hours())/24 + 1
	var back []*regret
	for day := range days {
		list := s.day(day, days, until, back)
		var err error
		if back, err = s.play(ctx, list); err != nil {
			return fmt.Errorf("day %d: %w", day+1, err)
		}
		if _, err := s.server.Sealer.Seal(ctx, s.clock.now); err != nil {
			return err
		}
		s.Say("days", day+1, days)
	}
	best := slices.MaxFunc(s.guests, func(a, b *regular) int { return cmp.Compare(a.sales, b.sales) })
	s.Best = best.id
	return nil
}

// day draws what happens on a day.
func (s *story) day(day, days int, until time.Time, back []*regret) []happening {
	midnight := s.began.AddDate(0, 0, day).Add(-6 * time.Hour)
	weekday := midnight.Weekday()
	hours := &s.Kind.Crowd.Hours
	if weekday == time.Saturday || weekday == time.Sunday {
		hours = &s.Kind.Crowd.Weekend
	}
	weights := make([]int, len(s.places))
	for i, p := range s.places {
		weights[i] = p.shop.Weight
	}
	n := s.Receipts * s.Kind.Crowd.Days[weekday] / 100
	n = n * (92 + 16*day/days) / 100 * (93 + s.draw.IntN(15)) / 100
	var list []happening
	add := func(h happening) {
		p := s.places[h.shop].shop
		h.at = midnight.Add(time.Duration(among(s.draw, hours[:]))*time.Hour + time.Duration(s.draw.Int64N(int64(time.Hour))))
		h.at = h.at.Truncate(time.Millisecond)
		if h.at.Hour() >= p.Open && h.at.Hour() < p.Shut && h.at.Before(until) {
			h.seed, h.till = s.draw.Uint64(), s.draw.IntN(max(1, p.Tills))
			list = append(list, h)
		}
	}
	for range n {
		add(happening{shop: among(s.draw, weights)})
	}
	for range s.joining(day, days) {
		add(happening{shop: among(s.draw, weights[:len(s.Kind.Shops)]), join: true})
	}
	for _, b := range back {
		add(happening{shop: b.shop, back: b})
	}
	slices.SortFunc(list, func(a, b happening) int { return a.at.Compare(b.at) })
	return list
}

// joining is how many join on a day: many at the opening, then fewer and fewer.
func (s *story) joining(day, days int) int {
	early := s.Members * 45 / 100
	if day < 7 {
		return early / 7
	}
	return max(1, (s.Members-early)/max(1, days-7)*(115-30*day/days)/100)
}

// gap is how long nothing may happen before the story waits for what is under way: so much can the clock jump.
const gap = 10 * time.Minute

// play runs what happens on a day, a few things at once, each at its time.
func (s *story) play(ctx context.Context, list []happening) ([]*regret, error) {
	var (
		c    crew
		last time.Time
	)
	for i := range list {
		h := &list[i]
		if !last.IsZero() && h.at.Sub(last) > gap {
			c.busy.Wait()
		}
		last = h.at
		do := s.happen(h)
		c.send(func() (*regret, error) {
			s.clock.set(h.at)
			return do(ctx)
		})
	}
	c.busy.Wait()
	slices.SortFunc(c.back, func(a, b *regret) int { return cmp.Compare(a.receipt.String(), b.receipt.String()) })
	return c.back, errors.Join(c.failed...)
}

// crew serves a few customers at once.
type crew struct {
	busy   sync.WaitGroup
	places chan struct{}
	mu     sync.Mutex
	back   []*regret
	failed []error
}

// send has something done as soon as somebody is free.
func (c *crew) send(do func() (*regret, error)) {
	if c.places == nil {
		c.places = make(chan struct{}, atOnce)
	}
	c.places <- struct{}{}
	c.busy.Go(func() {
		b, err := do()
		<-c.places
		c.mu.Lock()
		defer c.mu.Unlock()
		if b != nil {
			c.back = append(c.back, b)
		}
		if err != nil {
			c.failed = append(c.failed, err)
		}
	})
}

// atOnce is how many customers are served at once: more than there are tills, so that groups of writes are worth it.
const atOnce = 12

// happen draws by the happening's own chance, in its order, what will be done.
func (s *story) happen(h *happening) func(context.Context) (*regret, error) {
	draw := rand.New(rand.NewPCG(s.Seed, h.seed))
	p := s.places[h.shop]
	actor := s.seller(p, h)
	p.next[h.till]++
	number := strconv.Itoa(p.next[h.till])
	switch {
	case h.back != nil:
		return func(ctx context.Context) (*regret, error) { return nil, s.giveBack(ctx, actor, h.back, number) }
	case h.join:
		g := s.newcomer(draw, h)
		s.guests = append(s.guests, g)
		return func(ctx context.Context) (*regret, error) {
			defer close(g.joined)
			return nil, s.enrol(ctx, g)
		}
	}
	g := s.whoComes(draw, h)
	basket := s.basket(draw, h.at, g)
	return func(ctx context.Context) (*regret, error) { return s.sell(ctx, actor, draw, h, g, basket, number) }
}

// newcomer makes up somebody who joins.
func (s *story) newcomer(draw *rand.Rand, h *happening) *regular {
	s.Joined++
	g := &regular{
		number: s.Joined, person: somebody(draw, s.Language, s.Joined), home: h.shop, often: 12 + draw.IntN(120), joined: make(chan struct{}),
		spender: draw.IntN(100) < s.Kind.Crowd.Spends, adverts: draw.IntN(100) < 62, poster: draw.IntN(100) < 35,
	}
	switch roll := draw.IntN(100); {
	case roll < 6:
		g.often = 1000
	case roll < 22:
		g.often = 420
	case roll < 40:
		g.lost = h.at.AddDate(0, 0, draw.IntN(45))
	}
	for range 3 {
		g.likes = append(g.likes, s.ware(draw, -1))
	}
	return g
}

// whoComes draws a guest for a sale; nil for somebody without a card.
func (s *story) whoComes(draw *rand.Rand, h *happening) *regular {
	if len(s.guests) == 0 || draw.IntN(100) < s.Kind.Crowd.Anonymous {
		return nil
	}
	for range 60 {
		g := s.guests[draw.IntN(len(s.guests))]
		gone := !g.lost.IsZero() && h.at.After(g.lost)
		if !gone && draw.IntN(1000) < g.often && (g.home == h.shop || draw.IntN(100) < 12) {
			return g
		}
	}
	return nil
}

// ware draws what is bought at an hour; −1 for any hour.
func (s *story) ware(draw *rand.Rand, hour int) int {
	for {
		i := draw.IntN(len(s.Kind.Goods))
		w := &s.Kind.Goods[i]
		if draw.IntN(20) < w.Weight && (hour < 0 || w.Until == 0 || hour >= w.From && hour < w.Until) {
			return i
		}
	}
}

// basket draws what somebody buys: guests often take what they like.
func (s *story) basket(draw *rand.Rand, at time.Time, g *regular) verno.Basket {
	b := verno.Basket{Currency: "RUB"}
	seen := map[int]bool{}
	for range 1 + among(draw, s.Kind.Crowd.Lines) {
		i := s.ware(draw, at.In(s.zone).Hour())
		if g != nil && draw.IntN(100) < 45 {
			i = pick(draw, g.likes)
		}
		if seen[i] {
			continue
		}
		seen[i] = true
		w := &s.Kind.Goods[i]
		l := verno.Line{
			ID: strconv.Itoa(len(b.Lines) + 1), SKU: w.SKU, Name: w.Name.in(s.Language), Category: aisle(w.Category, s.Language), Class: w.Class,
			Quantity: money.One, Price: money.Amount(w.Price), VAT: w.VAT,
		}
		switch {
		case w.Weighed:
			l.Quantity = money.Quantity(180 + draw.IntN(1300))
		case draw.IntN(7) == 0:
			l.Quantity *= money.Quantity(2 + draw.IntN(2))
		}
		b.Lines = append(b.Lines, l)
	}
	return b
}

// sell sells a basket: to whom, at what price, paid how.
func (s *story) sell(ctx context.Context, a verno.Actor, draw *rand.Rand, h *happening, g *regular, basket verno.Basket, number string) (*regret, error) {
	sale := checkout.Sale{Basket: basket, Terminal: a.Terminal, Store: a.Store}
	if g != nil {
		<-g.joined
		scan := g.code
		if draw.IntN(100) < 35 {
			scan = g.person.Phone
		}
		found, err := s.server.Till.Identify(ctx, a, checkout.Identify{Scan: scan, Terminal: a.Terminal})
		if err != nil {
			return nil, fmt.Errorf("identify: %w", err)
		}
		sale.Presence = found.Presence
		if g.spender && found.View.SpendCap >= 60 && draw.IntN(100) < 40 {
			sale.Spend = -1
		}
	}
	commit := checkout.Commit{
		Key: fmt.Sprintf("story-%d-%s-%s", h.at.UnixMilli(), a.Terminal, number), Number: number, Shift: "1",
	}
	kind := []verno.TenderKind{verno.TenderCard, verno.TenderCash, verno.TenderOther}[among(draw, []int{62, 16, 22})]
	for try := 0; ; try++ {
		q, err := s.server.Till.Quote(ctx, a, sale, checkout.QuoteOptions{})
		if err != nil {
			return nil, fmt.Errorf("quote: %w", err)
		}
		sale.Spend = q.Outcome.Totals.Points
		commit.Sale, commit.Totals, commit.Tenders = sale, q.Outcome.Totals, nil
		if q.Outcome.Totals.Payable > 0 {
			commit.Tenders = []verno.Tender{{Kind: kind, Amount: q.Outcome.Totals.Payable}}
		}
		r, _, err := s.server.Till.Commit(ctx, a, commit)
		if errors.Is(err, verno.Conflict("totals_changed")) && try < 5 {
			continue // The hour has turned meanwhile, or another purchase of the same guest was first.
		}
		if err != nil {
			return nil, fmt.Errorf("commit: %w", err)
		}
		s.note(g, r)
		if draw.IntN(1000) >= s.Kind.Crowd.Returns {
			return nil, nil
		}
		l := pick(draw, basket.Lines)
		return &regret{r.ID, l.ID, l.Quantity, h.shop}, nil
	}
}

// note adds a sale to the figures.
func (s *story) note(g *regular, r *verno.Receipt) {
	s.inside.Lock()
	defer s.inside.Unlock()
	s.Sales++
	s.Gross += r.Totals.Gross
	s.Discount += r.Totals.Discount
	s.Payable += r.Totals.Payable
	s.Earned += r.Totals.Earn
	s.Spent += r.Totals.Points
	if g == nil {
		s.Anonymous++
		return
	}
	g.sales++
}

// giveBack returns a line of a sale.
func (s *story) giveBack(ctx context.Context, a verno.Actor, b *regret, number string) error {
	_, _, err := s.server.Till.Return(ctx, a, checkout.Return{
		Key: "story-back-" + b.receipt.String(), Receipt: b.receipt, Terminal: a.Terminal, Number: number, Shift: "1",
		Lines: []checkout.ReturnLine{{Line: b.line, Quantity: b.much}},
	})
	if err != nil {
		return fmt.Errorf("return: %w", err)
	}
	s.inside.Lock()
	defer s.inside.Unlock()
	s.Returns++
	return nil
}
