package pass_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// second gives the member of a pass another card with its pass, in a phone of its own.
func (b *phones) second(of store.Pass) store.Pass {
	b.t.Helper()
	p := b.join(1)
	b.write(func(tx *store.Tx) error {
		if err := tx.MoveCards(b.t.Context(), b.tenant, p.Member, of.Member, b.clock()); err != nil {
			return err
		}
		tx.Bulk().RebindPass(b.tenant, p.Card, of.Member, p.Template)
		return nil
	})
	return b.read(p.Card)
}

// tells has the phone of a pass fetch it, and says whether it speaks of what it holds and of news.
func (b *phones) tells(p store.Pass) (aloud, news bool) {
	b.t.Helper()
	raw, err := b.passes.FetchedPass(b.t.Context(), b.read(p.Card), b.clock())
	if err != nil {
		b.t.Fatal(err)
	}
	return speaks(b.t, raw, b.clock()), newsSaid(b.t, raw, b.clock()) != ""
}

// rings is how much was said aloud to the member of a pass.
func (b *phones) rings(p store.Pass) int64 {
	b.t.Helper()
	n, err := b.store.Reader().Rings(b.t.Context(), b.tenant, p.Member, b.clock().Add(-7*24*time.Hour))
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// gets changes what cards show.
func (b *phones) gets(fn func(f *card.Facts), passes ...store.Pass) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range passes {
		f := b.facts[p.Card]
		fn(&f)
		b.facts[p.Card] = f
	}
}

// pair is a member with two cards in phones, both fetched.
func (b *phones) pair() (one, other store.Pass) {
	b.t.Helper()
	if _, err := b.passes.ImportCertificate(b.t.Context(), boss(b.tenant), signer(b.t, "rsa").Signer, false); err != nil {
		b.t.Fatal(err)
	}
	one = b.join(1)
	other = b.second(one)
	b.settle()
	b.tells(one)
	b.tells(other)
	return one, other
}

// TestOnePurchaseSpeaksOnce: two cards of one member that a purchase changes speak of it once, which is one of what is borne
// in a week; the next purchase speaks again.
func TestOnePurchaseSpeaksOnce(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, other := b.pair()
		for round := range int64(2) {
			b.gets(func(f *card.Facts) { f.Points.Available += 10 }, one, other)
			b.happens(verno.Event{Kind: verno.EventReceiptCommitted, Owner: b.ownerOf(one), Subject: "rcp_1"})
			b.settle()
			first, second := one, other
			if round == 1 {
				first, second = other, one
			}
			if aloud, _ := b.tells(first); !aloud {
				t.Errorf("purchase %d: the card that is fetched first is silent", round)
			}
			if aloud, _ := b.tells(second); aloud {
				t.Errorf("purchase %d: both cards speak of it", round)
			}
			if aloud, _ := b.tells(first); !aloud {
				t.Errorf("purchase %d: another phone with the first card is silent", round)
			}
			if n := b.rings(one); n != round+1 {
				t.Errorf("purchase %d: %d rings", round, n)
			}
		}
	})
}

// TestADaySpeaksOnce: what a day changes on two cards is one thing, however many turns it takes to look at all cards.
func TestADaySpeaksOnce(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, _ := b.pair()
		b.pass(time.Second)               // Cards are looked at in the order in which they were made.
		between := make([]store.Pass, 60) // More than are looked at in one turn.
		for i := range between {
			between[i] = b.join(1)
		}
		b.pass(time.Second)
		last := b.second(one)
		b.settle()
		b.tells(last)
		b.gets(func(f *card.Facts) { f.Points.Available -= 5 }, one, last)
		b.pass(24 * time.Hour)
		b.settle()
		if b.read(one.Card).Tag == b.read(last.Card).Tag {
			t.Fatal("one turn looked at all of them")
		}
		first, _ := b.tells(last)
		second, _ := b.tells(one)
		if !first || second || b.rings(one) != 1 {
			t.Errorf("the first speaks: %t, the second: %t, %d rings", first, second, b.rings(one))
		}
	})
}

// TestNewsReachAMemberOnce: of several cards of a member one tells the news aloud, whose phone comes first, and the others
// show them; a change that nobody has told yet is spoken of beside them.
func TestNewsReachAMemberOnce(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, other := b.pair()
		stranger := b.join(1)
		b.settle()
		b.tells(stranger)
		b.gets(func(f *card.Facts) { f.News = card.Both("Pies", "Пироги") }, one, other, stranger)
		b.happens(verno.Event{Kind: verno.EventConfigChanged, Subject: "nws_1", Detail: map[string]string{"what": "news", "how": "told"}})
		b.settle()
		if _, news := b.tells(other); !news {
			t.Error("nobody tells the news")
		}
		b.gets(func(f *card.Facts) { f.Points.Available += 10 }, one)
		b.happens(verno.Event{Kind: verno.EventCardValue, Subject: one.Card.String()})
		b.settle()
		if aloud, news := b.tells(one); !aloud || news {
			t.Errorf("the other card speaks of its own change: %t, of the news again: %t", aloud, news)
		}
		if _, news := b.tells(stranger); !news {
			t.Error("another member does not hear of the news")
		}
		if n := b.rings(one); n != 2 {
			t.Errorf("%d rings", n)
		}
	})
}

// TestGoogleTellsAMemberOnce: of two cards that a member has at Google one speaks, also where both are told at one time; and
// what Google has told an iPhone does not tell again from another card.
func TestGoogleTellsAMemberOnce(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, other := b.pair()
		for _, p := range []store.Pass{one, other} {
			if _, err := b.passes.SaveLink(t.Context(), p, "https://cards.example"); err != nil {
				t.Fatal(err)
			}
		}
		b.settle()
		b.tell()
		before := b.rings(one)
		b.gets(func(f *card.Facts) { f.Points.Available, f.News = 500, card.Both("Pies", "Пироги") }, one, other)
		b.happens(verno.Event{Kind: verno.EventReceiptCommitted, Owner: b.ownerOf(one), Subject: "rcp_1"})
		b.settle()
		b.tell()
		spoken := [2]int{}
		for _, p := range []store.Pass{one, other} {
			changes, messages := b.google.Spoken(b.read(p.Card).GoogleID)
			spoken[0], spoken[1] = spoken[0]+changes, spoken[1]+messages
		}
		if spoken != [2]int{1, 1} || b.rings(one) != before+2 {
			t.Errorf("Google spoke of %d changes and %d news, %d rings", spoken[0], spoken[1], b.rings(one)-before)
		}
		heard := 0
		for _, p := range []store.Pass{one, other} {
			aloud, news := b.tells(p)
			if aloud != news {
				t.Errorf("the card that spoke at Google speaks of one and not of the other: %t, %t", aloud, news)
			}
			if aloud {
				heard++
			}
		}
		if heard != 1 || b.rings(one) != before+2 {
			t.Errorf("%d cards speak on iPhones, %d rings", heard, b.rings(one)-before)
		}
	})
}

// TestGoogleKeepsNoRing of what Google would not have.
func TestGoogleKeepsNoRing(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, _ := b.pair()
		if _, err := b.passes.SaveLink(t.Context(), one, "https://cards.example"); err != nil {
			t.Fatal(err)
		}
		b.settle()
		b.tell()
		before := b.rings(one)
		b.google.Fail(googletest.Fault{Match: "PATCH loyaltyObject", Status: http.StatusBadRequest, Reason: "invalid"})
		b.gets(func(f *card.Facts) { f.Points.Available = money.Points(500) }, one)
		b.happens(verno.Event{Kind: verno.EventReceiptCommitted, Owner: b.ownerOf(one), Subject: "rcp_1"})
		b.settle()
		b.tell()
		if n := b.rings(one); n != before {
			t.Errorf("%d rings of what Google refused", n-before)
		}
	})
}
