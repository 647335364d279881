package member_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

// plastic hands out plastic to somebody who tells nothing, with points on it and one purchase.
func (b *bundle) plastic(points money.Points, paid money.Amount) (*member.Enrolled, string) {
	b.t.Helper()
	blank, err := b.roll.StockCards(b.ctx, b.actor, b.clock(), 1)
	b.must(err)
	m, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{CardNumber: blank[0].Number})
	b.must(err)
	if points > 0 {
		b.give(m.ID, points)
	}
	if paid > 0 {
		b.bought(m.Member, paid)
	}
	return m, blank[0].Number
}

// bought writes a purchase of today.
func (b *bundle) bought(m verno.Member, paid money.Amount) {
	b.t.Helper()
	b.forged = true
	_, err := b.books.Do(b.ctx, &books.Work{
		Tenant: m.Tenant, Owners: []books.Want{{Owner: m.Owner}},
		Decide: func(p *books.Page) (books.Result, error) {
			o := p.Change(m.Owner)
			o.State.Purchases, o.State.LastAt = o.State.Purchases+1, p.Now()
			r := &verno.Receipt{
				ID: verno.ReceiptID(p.ID()), Tenant: m.Tenant, Kind: verno.ReceiptSale, Owner: m.Owner, Member: m.ID, Programme: m.Programme, Version: 1,
				Store: b.made.Store, Issuer: b.made.Issuer, BusinessDate: 20261122, OccurredAt: p.At(), ReceivedAt: p.At(), Currency: "RUB",
				Totals: verno.Totals{Gross: paid, Payable: paid}, Method: verno.MethodCardNumber,
			}
			_, _, err := p.SaveReceipt(r)
			p.Emit(verno.Event{Kind: verno.EventReceiptCommitted, Owner: m.Owner, Subject: r.ID.String()})
			return books.Result{ID: r.ID, Owner: m.Owner}, err
		},
	})
	b.must(err)
}

// incentive publishes points for whoever moves plastic.
func (b *bundle) incentive(limits verno.Limits) verno.PromotionID {
	b.t.Helper()
	return b.promote(verno.Promotion{
		Name: "С пластика", Type: "welcome_bonus", Active: true, Limits: limits, Settings: []byte(`{"points":50,"when":"move"}`),
	})
}

// move moves plastic as a member does for herself.
func (b *bundle) move(to verno.MemberID, number string, proof member.Proof) (member.Moved, error) {
	self := (&member.Session{Tenant: b.actor.Tenant, Member: to, Live: true}).Actor()
	return b.roll.MovePlastic(b.ctx, self, b.clock(), member.Moving{Member: to, Number: number, Proof: proof, Address: "192.0.2.1"})
}

func byReceipt(paid money.Amount) member.Proof {
	return member.Proof{Receipt: &member.ProofReceipt{Date: "2026-11-22", Paid: paid}}
}

// TestMove: what was on the plastic is on the card in the phone, once, with what is given for it; the number still works.
func TestMove(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.incentive(verno.Limits{})
		into := b.enrol(anna())
		from, number := b.plastic(120, 99_90)
		_, err := b.move(into.ID, number, member.Proof{})
		b.refused(err, "move_proof_needed")
		_, err = b.move(into.ID, number, byReceipt(100_00))
		b.refused(err, "move_refused")
		done, err := b.move(into.ID, number[:4]+" "+number[4:], byReceipt(99_90))
		b.must(err)
		if done.Bonus != 50 || done.Already || done.ID != into.ID {
			t.Errorf("moved %+v", done)
		}
		if p := b.points(into.ID); p.Available != 170 {
			t.Errorf("%d points", p.Available)
		}
		b.balanced(into.Owner)
		found, err := b.roll.Search(b.ctx, b.actor, member.Search{CardNumber: number})
		b.must(err)
		if len(found) != 1 || found[0].ID != into.ID || b.owner(from.Owner).MovedTo != into.Owner || b.owner(into.Owner).State.Purchases != 1 {
			t.Errorf("the number leads to %+v", found)
		}
		again, err := b.move(into.ID, number, member.Proof{})
		b.must(err)
		if !again.Already || again.Bonus != 0 {
			t.Errorf("again %+v", again)
		}
		_, second := b.plastic(30, 1_00)
		done, err = b.move(into.ID, second, byReceipt(1_00))
		b.must(err)
		if p := b.points(into.ID); done.Bonus != 0 || p.Available != 200 || b.count(verno.EventCardMoved) != 2 {
			t.Errorf("a second bonus of %d, %d points, %d events", done.Bonus, p.Available, b.count(verno.EventCardMoved))
		}
	})
}

// TestMoveBlank: a card that nobody has is linked; one without purchases and points needs no proof.
func TestMoveBlank(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.incentive(verno.Limits{})
		into := b.enrol(anna())
		blank, err := b.roll.StockCards(b.ctx, b.actor, b.clock(), 1)
		b.must(err)
		done, err := b.move(into.ID, blank[0].Machine, member.Proof{})
		b.must(err)
		if done.Card != blank[0].Card || done.Bonus != 50 {
			t.Errorf("moved %+v", done)
		}
		other := b.enrol(boris())
		_, number := b.plastic(0, 0)
		_, err = b.move(other.ID, number, member.Proof{})
		b.must(err)
		if p := b.points(other.ID); p.Available != 50 {
			t.Errorf("%d points", p.Available)
		}
		_, err = b.move(into.ID, number, member.Proof{})
		b.refused(err, "move_proof_needed")
	})
}

// TestMoveEnds: where the programme says so, the old number is dead.
func TestMoveEnds(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		row, err := b.store.Reader().Programme(b.ctx, b.actor.Tenant, b.made.Programme)
		b.must(err)
		row.Draft.PlasticEnds = true
		_, err = b.office.ChangeProgramme(b.ctx, b.actor, b.clock(), row.Revision, row.Draft)
		b.must(err)
		_, err = b.office.Publish(b.ctx, b.actor, b.clock(), b.made.Programme, 0, "")
		b.must(err)
		into := b.enrol(anna())
		from, number := b.plastic(10, 5_00)
		_, err = b.move(into.ID, number, byReceipt(5_00))
		b.must(err)
		card, err := b.roll.Card(b.ctx, b.actor, from.Cards[0].ID)
		b.must(err)
		if card.State != verno.CardReplaced || card.Member != into.ID {
			t.Errorf("card %+v", card)
		}
		old, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{ExternalID: "B-77"})
		b.must(err)
		b.give(old.ID, 5)
		b.bought(old.Member, 7_00)
		_, err = b.move(into.ID, "B-77", byReceipt(7_00))
		b.must(err)
		found, err := b.roll.Search(b.ctx, b.actor, member.Search{ExternalID: "B-77"})
		b.must(err)
		if p := b.points(into.ID); len(found) != 0 || p.Available != 15 {
			t.Errorf("%d points, the old number leads to %+v", p.Available, found)
		}
	})
}

// TestMoveOfANamedOwner: whoever has told a phone is asked by that phone, and a receipt opens nothing.
func TestMoveOfANamedOwner(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.roll.Courier.Aloud = true
		into := b.enrol(anna())
		from, number := b.plastic(80, 10_00)
		phone := "+79031112233"
		_, err := b.roll.Update(b.ctx, b.actor, b.clock(), from.ID, b.revision(from.ID), member.Change{Phone: &phone})
		b.must(err)
		_, err = b.move(into.ID, number, byReceipt(10_00))
		b.refused(err, "move_refused")
		id := verno.NewID[verno.ProofID](b.clock(), b.roll.Entropy)
		ask := member.MoveCode{
			ID: id, Member: into.ID, Number: number, Address: "192.0.2.1", Text: func(code string) string { return code },
		}
		for _, wrong := range []string{"+79160000000", "+79161234567"} {
			ask.Phone = wrong
			sent, err := b.roll.SendMoveCode(b.ctx, b.actor, b.clock(), ask)
			b.must(err)
			if sent.Aloud != "" || sent.Until.IsZero() {
				t.Errorf("a code goes to %s: %+v", wrong, sent)
			}
		}
		ask.Phone = "8 903 111-22-33"
		sent, err := b.roll.SendMoveCode(b.ctx, b.actor, b.clock(), ask)
		b.must(err)
		by := func(phone, code string) member.Proof {
			return member.Proof{Phone: &member.ProofPhone{ID: id, Phone: phone, Code: code}}
		}
		_, err = b.move(into.ID, number, by("+79161234567", sent.Aloud))
		b.refused(err, "move_refused")
		wrong := strings.Map(func(d rune) rune { return '0' + (d-'0'+1)%10 }, sent.Aloud)
		_, err = b.move(into.ID, number, by(phone, wrong))
		b.refused(err, "move_refused")
		_, err = b.move(into.ID, number, by(phone, sent.Aloud))
		b.must(err)
		if p := b.points(into.ID); p.Balance != 80 {
			t.Errorf("%d points", p.Balance)
		}
	})
}

// TestMoveByPIN: the PIN of the plastic's owner proves it, at a till; wrong ones tell nothing and are counted with those of
// tills.
func TestMoveByPIN(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m, number := b.plastic(100, 300_00)
		self := (&member.Session{Tenant: b.actor.Tenant, Member: m.ID, Live: true}).Actor()
		b.must(b.roll.SetPIN(b.ctx, self, b.clock(), m.ID, "7390"))
		to := b.enrol(anna())
		for _, pin := range []string{"1111", "73", "abcd", "7391", "7392"} {
			_, err := b.move(to.ID, number, member.Proof{PIN: pin})
			b.refused(err, "move_refused")
		}
		_, err := b.move(to.ID, "4276550012345675", member.Proof{PIN: "7390"})
		b.refused(err, "move_refused")
		b.later(25 * time.Hour)
		moved, err := b.move(to.ID, number, member.Proof{PIN: "7390"})
		b.must(err)
		if moved.ID != to.ID || moved.Already {
			b.t.Errorf("moved %+v", moved)
		}
	})
}

// TestMoveTheft: numbers are tried and receipts are guessed in vain, and not for long; what nobody has answers as what
// somebody has; nobody vouches but people at the desk.
func TestMoveTheft(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		thief := b.enrol(boris())
		from, number := b.plastic(500, 31_40)
		for _, unknown := range []string{number, "B-1", "79031234567"} {
			_, err := b.move(thief.ID, unknown, member.Proof{})
			b.refused(err, "move_proof_needed")
			_, err = b.move(thief.ID, unknown, byReceipt(1))
			b.refused(err, "move_refused")
		}
		for _, a := range []verno.Actor{b.till(), (&member.Session{Tenant: b.actor.Tenant, Member: thief.ID}).Actor()} {
			_, err := b.roll.MovePlastic(b.ctx, a, b.clock(), member.Moving{Member: thief.ID, Number: number, Proof: member.Proof{Vouched: true}})
			b.refused(err, "person_needed")
		}
		stranger, _ := b.chain("Буревестник")
		_, err := b.roll.MovePlastic(b.ctx, stranger, b.clock(), member.Moving{Member: thief.ID, Number: number, Proof: byReceipt(31_40)})
		b.refused(err, "not_found")
		_, err = b.roll.BlockCard(b.ctx, b.actor, b.clock(), from.Cards[0].ID, "lost")
		b.must(err)
		_, err = b.move(thief.ID, number, byReceipt(31_40))
		b.refused(err, "move_refused")
		b.later(25 * time.Hour)
		_, err = b.roll.UnblockCard(b.ctx, b.actor, b.clock(), from.Cards[0].ID)
		b.must(err)
		guessed := 0
		for paid := money.Amount(1); ; paid++ {
			_, err := b.move(thief.ID, number, byReceipt(paid))
			if verno.AsError(err).Code == "move_too_many" {
				break
			}
			b.refused(err, "move_refused")
			guessed++
		}
		if guessed != 5 {
			t.Errorf("%d guesses in a day", guessed)
		}
		_, err = b.move(thief.ID, number, byReceipt(31_40))
		b.refused(err, "move_too_many")
		own, gone := b.enrol(anna()), b.enrol(vault.Person{Phone: "+79160001122"})
		_, err = b.move(own.ID, string(gone.Cards[0].Number), member.Proof{})
		b.refused(err, "move_proof_needed")
		if b.points(from.ID).Balance != 500 || b.points(thief.ID).Balance != 0 {
			t.Error("points were stolen")
		}
		_, err = b.roll.MovePlastic(b.ctx, b.actor, b.clock(), member.Moving{Member: own.ID, Number: number, Proof: member.Proof{Vouched: true}, Address: "desk"})
		b.must(err)
		if b.points(own.ID).Balance != 500 {
			t.Error("the desk moves nothing")
		}
	})
}

// TestMoveOnce: of many who move one plastic card at once, for two members, one has it, and one bonus is given; a key
// answers again; the bonus keeps to its budget; whoever was erased gets none.
func TestMoveOnce(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.incentive(verno.Limits{Budget: 120})
		one, two := b.enrol(anna()), b.enrol(boris())
		_, number := b.plastic(100, 9_00)
		var all sync.WaitGroup
		var bonus atomic.Int64
		for i := range 12 {
			all.Go(func() {
				to := one.ID
				if i%2 == 0 {
					to = two.ID
				}
				// As people at the desk, who have no limit of guesses to run into.
				done, err := b.roll.MovePlastic(b.ctx, b.actor, b.clock(), member.Moving{Member: to, Number: number, Proof: byReceipt(9_00), Address: "x"})
				switch {
				case err == nil:
					bonus.Add(int64(done.Bonus))
				case verno.AsError(err).Kind == verno.Internal:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if sum := b.points(one.ID).Balance + b.points(two.ID).Balance; bonus.Load() != 50 || sum != 150 {
			t.Errorf("a bonus of %d, %d points in all", bonus.Load(), sum)
		}
		b.balanced(one.Owner)
		b.balanced(two.Owner)
		third := b.enrol(vault.Person{Phone: "+79160001122"})
		_, next := b.plastic(0, 3_00)
		q := member.Moving{Key: "k", BodyHash: hash("x"), Member: third.ID, Number: next, Proof: byReceipt(3_00), Address: "y"}
		first, err := b.roll.MovePlastic(b.ctx, b.actor, b.clock(), q)
		b.must(err)
		again, err := b.roll.MovePlastic(b.ctx, b.actor, b.clock(), q)
		b.must(err)
		if first.Bonus != 50 || again.Bonus != 50 || !again.Replayed {
			t.Errorf("first %+v, again %+v", first, again)
		}
		b.must(b.roll.Erase(b.ctx, b.actor, b.clock(), third.ID, ""))
		back := b.enrol(vault.Person{Phone: "+79160001122"})
		_, last := b.plastic(0, 4_00)
		done, err := b.roll.MovePlastic(b.ctx, b.actor, b.clock(), member.Moving{Member: back.ID, Number: last, Proof: byReceipt(4_00), Address: "z"})
		b.must(err)
		if done.Bonus != 0 {
			t.Errorf("who was erased gets %d", done.Bonus)
		}
	})
}
