package checkout_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// cappuccino is a gift of the catalogue for 150 points: ten roubles off.
func (b *bundle) cappuccino(settings ...string) verno.TemplateID {
	b.t.Helper()
	return b.tenOff(`,"points":150` + strings.Join(settings, ""))
}

func (b *bundle) taking(gift verno.TemplateID, presence string) checkout.TakeGift {
	key := b.name("gift")
	return checkout.TakeGift{Key: key, BodyHash: hash(key), Template: gift, Presence: presence}
}

// take takes a gift at the first till.
func (b *bundle) take(gift verno.TemplateID, presence string) (*checkout.TakenGift, error) {
	g, _, err := b.till.TakeGift(b.ctx, b.at(0), b.taking(gift, presence))
	return g, err
}

// giveBackGift tries to return a gift at the first till.
func (b *bundle) giveBackGift(id verno.CardID) (*checkout.TakenGift, error) {
	key := b.name("gift-back")
	g, _, err := b.till.ReturnGift(b.ctx, b.at(0), checkout.ReturnGift{Key: key, BodyHash: hash(key), Card: id})
	return g, err
}

// TestGift: a gift is paid for with points once for a key, is good in the very sale in which it was taken, for its member
// alone, and is used up by it; the same key answers the same, also to whoever asks what became of it.
func TestGift(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		coffee, g, a := b.cappuccino(`,"valid_days":30`), b.enrol(), b.at(0)
		b.give(g, 200)
		live := b.show(a, g)
		ask := b.taking(coffee, live)
		got, _, err := b.till.TakeGift(b.ctx, a, ask)
		b.must(err)
		again, replayed, err := b.till.TakeGift(b.ctx, a, ask)
		if b.must(err); !replayed || *again != *got {
			t.Errorf("replayed %t: %+v, then %+v", replayed, got, again)
		}
		if got.Points != 150 || got.Member != g.ID || got.Machine == "" || got.Ends.Sub(b.clock()).Round(time.Hour) != 30*24*time.Hour {
			t.Errorf("got %+v", got)
		}
		op, err := b.till.Operation(b.ctx, a, ask.Key)
		if b.must(err); op.Gift == nil || *op.Gift != *got {
			t.Errorf("became %+v", op.Gift)
		}
		if op, err = b.till.Operation(b.ctx, b.boss, ask.Key); err != nil || op.Gift == nil || op.Gift.Machine != "" {
			t.Errorf("others are shown %+v, %v", op.Gift, err)
		}
		b.has(g, 50)
		other := ask
		other.BodyHash = hash("other")
		_, _, err = b.till.TakeGift(b.ctx, a, other)
		b.refused(err, "idempotency_key_reused")
		b.told(b.quote(a, b.withCoupons("", 100_00, got.Machine)), "coupon_needs_member")
		b.told(b.quote(a, b.withCoupons(b.show(a, b.enrol()), 100_00, got.Machine)), "coupon_foreign")
		r := b.sell(a, b.withCoupons(live, 100_00, got.Machine))
		if r.Totals.Discount != 10_00 || len(r.Facts.Redeemed) != 1 || r.Facts.Redeemed[0] != got.Card {
			t.Errorf("receipt %+v %+v", r.Totals, r.Facts.Redeemed)
		}
		b.told(b.quote(a, b.withCoupons(b.show(a, g), 100_00, got.Machine)), "coupon_used")
		_, err = b.giveBackGift(got.Card)
		b.refused(err, "gift_used")
		if told := b.events(verno.EventPointsSpent); len(told) != 1 || told[0].Owner != g.Owner || told[0].Detail["card"] != got.Card.String() {
			t.Errorf("told %+v", told)
		}
		if issued := b.events(verno.EventCardIssued); !slices.ContainsFunc(issued, func(e verno.Event) bool {
			return e.Subject == got.Card.String() && e.Detail["member"] == g.ID.String()
		}) {
			t.Errorf("issued %+v", issued)
		}
	})
}

// TestGiftProofs: what was shown bounds the points of a gift as it bounds those of a sale: a static code up to the day's
// limit, a live code once; a phone that has the card is its member's word; nothing of an account that is frozen or cools.
func TestGiftProofs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		coffee, a := b.cappuccino(), b.at(0)
		tea := b.tenOff(`,"points":60`)
		g := b.enrol(anna)
		b.give(g, 1000)
		_, err := b.take(coffee, b.scan(a, g.static()))
		b.refused(err, "strength_needed")
		_, err = b.take(tea, b.scan(a, g.static()))
		b.must(err)
		_, err = b.take(tea, b.scan(a, g.static())) // 60 of the day's 100 are gone.
		b.refused(err, "strength_needed")
		live := b.show(a, g)
		_, err = b.take(coffee, live)
		b.must(err)
		_, err = b.take(coffee, live)
		b.refused(err, "code_used")
		_, err = b.take(coffee, "")
		b.wrong(err, "/presence", "required")
		_, err = b.take(coffee, "prs_nonsense")
		b.refused(err, "presence_invalid")
		_, _, err = b.till.TakeGift(b.ctx, verno.Actor{Tenant: b.boss.Tenant}, b.taking(coffee, live))
		b.refused(err, "permission_missing")
		phone := b.phone(g)
		own := b.taking(coffee, "")
		got, _, err := b.till.TakeGift(b.ctx, phone, own)
		b.must(err)
		again, replayed, err := b.till.TakeGift(b.ctx, phone, own)
		if b.must(err); !replayed || *again != *got {
			t.Errorf("replayed %t: %+v, then %+v", replayed, got, again)
		}
		b.has(g, 640)
		_, err = b.roll.Freeze(b.ctx, b.boss, g.ID)
		b.must(err)
		_, _, err = b.till.TakeGift(b.ctx, phone, b.taking(coffee, ""))
		b.refused(err, "account_frozen")
		_, err = b.take(coffee, b.show(a, g))
		b.refused(err, "account_frozen")
		_, err = b.roll.Unfreeze(b.ctx, b.boss, g.ID)
		b.must(err)
		v, err := b.roll.Read(b.ctx, b.boss, g.ID)
		b.must(err)
		number := "+79035550101"
		_, err = b.roll.Update(b.ctx, b.boss, b.clock(), g.ID, v.Revision, member.Change{Phone: &number})
		b.must(err)
		_, _, err = b.till.TakeGift(b.ctx, phone, b.taking(coffee, ""))
		b.refused(err, "account_cooling")
		b.has(g, 640)
	})
}

// TestWhatIsNoGift: only a published coupon with a price whose promotion is in force can be had for points, while its days
// last; and the catalogue lists these, the cheapest first.
func TestWhatIsNoGift(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g, a := b.enrol(), b.at(0)
		b.give(g, 1000)
		coffee, plain := b.cappuccino(), b.tenOff(``)
		bun := b.tenOff(`,"points":20,"until":"2026-11-23"`)
		early := b.tenOff(`,"points":10,"from":"2026-11-24"`)
		idle := b.template("coupon", `{"offer":{"en":"x"},"coupon":"NOBODY","points":5}`)
		catalogue := func(want ...verno.TemplateID) {
			t.Helper()
			list, _, err := b.till.Gifts(b.ctx, a, verno.ProgrammeID{})
			b.must(err)
			var ids []verno.TemplateID
			for _, x := range list {
				ids = append(ids, x.Template)
			}
			if len(ids) != len(want) {
				t.Fatalf("catalogue %+v", list)
			}
			for i := range want {
				if ids[i] != want[i] {
					t.Errorf("catalogue %+v", list)
				}
			}
		}
		catalogue(bun, coffee)
		for id, want := range map[verno.TemplateID]string{
			plain: "gift_unknown", b.gift(): "gift_unknown", {9}: "gift_unknown", early: "gift_over", idle: "gift_over",
		} {
			_, err := b.take(id, b.show(a, g))
			b.refused(err, want)
		}
		b.later(48 * time.Hour)
		_, err := b.take(bun, b.show(a, g))
		b.refused(err, "gift_over")
		catalogue(early, coffee)
		row, err := b.office.Template(b.ctx, b.boss, coffee)
		b.must(err)
		_, err = b.office.ArchiveTemplate(b.ctx, b.boss, b.clock(), coffee, row.Revision)
		b.must(err)
		_, err = b.take(coffee, b.show(a, g))
		b.refused(err, "gift_over")
		catalogue(early)
		_, _, err = b.till.Gifts(b.ctx, verno.Actor{Tenant: b.boss.Tenant}, verno.ProgrammeID{})
		b.refused(err, "permission_missing")
		_, _, err = b.till.Gifts(b.ctx, b.boss, verno.ProgrammeID{9})
		b.refused(err, "not_found")
		_, err = b.take(early, b.show(a, g))
		b.must(err)
		b.give(g, 5-b.points(g).Available)
		_, err = b.take(early, b.show(a, g))
		b.refused(err, "insufficient_points")
	})
}

// TestLastPointsBuyAsManyGifts: of many tills and phones that take gifts at once, as many get one as the points cover.
func TestLastPointsBuyAsManyGifts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		coffee, g := b.cappuccino(), b.enrol(anna)
		b.give(g, 499)
		phone := b.phone(g)
		var all sync.WaitGroup
		var got atomic.Int64
		begin := make(chan struct{})
		for i := range 16 {
			a, ask := b.boss, b.taking(coffee, b.known(g))
			ask.Store = b.made.Store
			if i%2 == 0 {
				a, ask = phone, b.taking(coffee, "")
			}
			all.Go(func() {
				<-begin
				switch _, _, err := b.till.TakeGift(b.ctx, a, ask); codeOf(err) {
				case "":
					got.Add(1)
				case "insufficient_points":
				default:
					t.Error(err)
				}
			})
		}
		close(begin)
		all.Wait()
		b.has(g, 49)
		cards, err := b.roll.Cards(b.ctx, b.boss, g.ID)
		b.must(err)
		coupons := 0
		for _, c := range cards {
			if c.Template == coffee {
				coupons++
			}
		}
		if got.Load() != 3 || coupons != 3 {
			t.Errorf("%d got one, %d coupons", got.Load(), coupons)
		}
	})
}

// TestGiftBack: an unused gift comes back once: its points go into the lots that they came from, with their dates, to
// whoever has them since; its card opens nothing any more; of many who try at once one does it, or a sale has used it.
func TestGiftBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		coffee, g, into, a := b.cappuccino(), b.enrol(), b.enrol(), b.at(0)
		b.give(g, 100)
		b.later(24 * time.Hour)
		b.give(g, 100)
		before := b.shapeOf(g)
		_, err := b.take(coffee, b.known(g))
		b.refused(err, "presence_invalid") // It is another terminal's.
		got, _, err := b.till.TakeGift(b.ctx, b.boss, checkout.TakeGift{Key: b.name("k"), Template: coffee, Presence: b.known(g), Store: b.made.Store})
		b.must(err)
		if _, unused, err := b.till.Gift(b.ctx, b.boss, got.Card); err != nil || !unused {
			t.Errorf("unused %t, %v", unused, err)
		}
		_, _, err = b.till.ReturnGift(b.ctx, verno.Actor{Tenant: b.boss.Tenant}, checkout.ReturnGift{Key: "k", Card: got.Card})
		b.refused(err, "permission_missing")
		key := b.name("back")
		back, _, err := b.till.ReturnGift(b.ctx, a, checkout.ReturnGift{Key: key, BodyHash: hash(key), Card: got.Card})
		b.must(err)
		again, replayed, err := b.till.ReturnGift(b.ctx, a, checkout.ReturnGift{Key: key, BodyHash: hash(key), Card: got.Card})
		if b.must(err); !replayed || *again != *back || back.Points != 150 || back.State != verno.CardReturned {
			t.Errorf("back %+v, again %+v", back, again)
		}
		b.unchanged(before, g)
		_, err = b.giveBackGift(got.Card)
		b.refused(err, "gift_returned")
		_, err = b.giveBackGift(g.card)
		b.refused(err, "not_found")
		if x := b.facts(got.Card); x.State != string(verno.CardReturned) {
			t.Errorf("the card is %s", x.State)
		}
		b.told(b.quote(a, b.withCoupons(b.show(a, g), 100_00, got.Machine)), "coupon_blocked")
		second, _, err := b.till.TakeGift(b.ctx, b.boss, checkout.TakeGift{Key: b.name("k"), Template: coffee, Presence: b.known(g), Store: b.made.Store})
		b.must(err)
		made, err := b.roll.ReplaceCard(b.ctx, b.boss, b.clock(), member.CardRequest{Card: second.Card, Reason: "lost"})
		b.must(err)
		_, err = b.giveBackGift(second.Card)
		b.refused(err, "not_found")
		_, err = b.roll.Merge(b.ctx, b.boss, b.clock(), member.Merge{From: g.ID, Into: into.ID})
		b.must(err)
		_, err = b.giveBackGift(made.ID)
		b.must(err)
		b.has(into, 200)
	})
}

// TestManyReturnOneGift: of many who give one gift back while a sale uses it, one succeeds.
func TestManyReturnOneGift(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		coffee, g := b.cappuccino(), b.enrol()
		for range 3 {
			if n := 150 - b.points(g).Available; n != 0 {
				b.give(g, n)
			}
			b.later(2 * time.Minute)
			got, err := b.take(coffee, b.show(b.at(0), g))
			b.must(err)
			s := b.withCoupons(b.known(g), 100_00, got.Machine)
			commit := b.commitOf(b.boss, s, b.quote(b.boss, s))
			var all sync.WaitGroup
			var used, returned atomic.Int64
			begin := make(chan struct{})
			for i := range 8 {
				all.Go(func() {
					<-begin
					if i == 0 {
						if _, _, err := b.till.Commit(b.ctx, b.boss, commit); err == nil {
							used.Add(1)
						}
						return
					}
					switch _, err := b.giveBackGift(got.Card); codeOf(err) {
					case "":
						returned.Add(1)
					case "gift_used", "gift_returned":
					default:
						t.Error(err)
					}
				})
			}
			close(begin)
			all.Wait()
			if used.Load()+returned.Load() != 1 {
				t.Errorf("used %d times, returned %d times", used.Load(), returned.Load())
			}
			if left := b.points(g).Available; returned.Load() == 1 && left != 150 || used.Load() == 1 && left >= 150 {
				t.Errorf("used %d, returned %d, and %d are left", used.Load(), returned.Load(), left)
			}
		}
	})
}

// TestGiftsAreConserved takes gifts, uses, gives back and replaces them in any order, while points come, lapse and are
// spent: points that were given are points that are left, lapsed, spent on goods, or the price of gifts that were not given
// back; a gift is used as often as it says and given back unless it was used.
func TestGiftsAreConserved(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		coffee, twice := b.cappuccino(), b.tenOff(`,"points":70,"uses":2`)
		rapid.Check(t, func(t *rapid.T) {
			w := &catalogue{bundle: b.in(t), guest: b.in(t).enrol(), of: []verno.TemplateID{coffee, twice}}
			acts := []func(*rapid.T){w.earn, w.takeOne, w.takeOne, w.useOne, w.returnOne, w.returnOne, w.replaceOne}
			for range rapid.IntRange(3, 14).Draw(t, "steps") {
				acts[rapid.IntRange(0, len(acts)-1).Draw(t, "act")](t)
				w.has(w.guest, w.points)
			}
		})
	})
}

// catalogue is what one member has of the catalogue, as it should be.
type catalogue struct {
	*bundle

	guest  *guest
	of     []verno.TemplateID
	points money.Points
	all    []*treat
}

// treat is a gift that was taken.
type treat struct {
	card    verno.CardID
	machine string
	cost    money.Points
	uses    int64
	used    int64
	ended   bool
}

func (w *catalogue) earn(t *rapid.T) {
	n := money.Points(rapid.Int64Range(1, 200).Draw(t, "points"))
	w.later(time.Hour)
	w.give(w.guest, n)
	w.points += n
}

func (w *catalogue) takeOne(t *rapid.T) {
	i := rapid.IntRange(0, 1).Draw(t, "gift")
	x := &treat{cost: []money.Points{150, 70}[i], uses: []int64{1, 2}[i]}
	ask := w.taking(w.of[i], w.known(w.guest))
	ask.Store = w.made.Store
	got, _, err := w.till.TakeGift(w.ctx, w.boss, ask)
	if w.points < x.cost {
		w.refused(err, "insufficient_points")
		return
	}
	w.must(err)
	x.card, x.machine = got.Card, got.Machine
	w.points -= x.cost
	w.all = append(w.all, x)
}

func (w *catalogue) one(t *rapid.T) *treat {
	if len(w.all) == 0 {
		return nil
	}
	return w.all[rapid.IntRange(0, len(w.all)-1).Draw(t, "which")]
}

func (w *catalogue) useOne(t *rapid.T) {
	x := w.one(t)
	if x == nil {
		return
	}
	s := w.withCoupons(w.known(w.guest), 100_00, x.machine)
	r := w.sell(w.boss, s)
	w.points += r.Totals.Earn
	want := 0
	if !x.ended && x.used < x.uses {
		want = 1
		x.used++
	}
	if len(r.Facts.Redeemed) != want {
		t.Errorf("used %+v: %v", x, r.Facts.Redeemed)
	}
}

func (w *catalogue) returnOne(t *rapid.T) {
	x := w.one(t)
	if x == nil {
		return
	}
	_, err := w.giveBackGift(x.card)
	switch {
	case x.ended:
		w.refused(err, "gift_returned")
	case x.used > 0:
		w.refused(err, "gift_used")
	default:
		w.must(err)
		w.points += x.cost
		x.ended = true
	}
}

func (w *catalogue) replaceOne(t *rapid.T) {
	x := w.one(t)
	if x == nil || x.ended {
		return
	}
	made, err := w.roll.ReplaceCard(w.ctx, w.boss, w.clock(), member.CardRequest{Card: x.card, Reason: "lost"})
	w.must(err)
	x.card, x.machine = made.ID, w.machine(made.ID)
}

// TestGiftIsNoRoomForMore: who has as many coupons as anybody may have gets no gift, and keeps the points.
func TestGiftIsNoRoomForMore(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		coffee, g := b.cappuccino(), b.enrol()
		for range 100 {
			b.issue(coffee, g.ID, card.Document{})
		}
		b.give(g, 200)
		_, err := b.take(coffee, b.show(b.at(0), g))
		b.refused(err, "card_limit")
		b.has(g, 200)
	})
}
