package member_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/vault"
)

// template makes a template of a kind and puts it into force.
func (b *bundle) template(kind string, change func(t *card.Template)) verno.TemplateID {
	b.t.Helper()
	k, _ := card.Find(kind)
	draft := k.Template("Моя")
	if change != nil {
		change(&draft)
	}
	made, err := b.office.CreateTemplate(b.ctx, b.actor, b.now, b.made.Programme, draft)
	b.must(err)
	_, err = b.office.PublishTemplate(b.ctx, b.actor, b.now, made.ID, 0, "")
	b.must(err)
	return made.ID
}

// face draws a card as it is now.
func (b *bundle) face(id verno.CardID) card.Face {
	b.t.Helper()
	t, x, err := b.roll.CardFacts(b.ctx, b.actor.Tenant, id, b.clock())
	b.must(err)
	f, err := card.Show(&t, &x)
	b.must(err)
	return f
}

// TestCardsShowTheirMember follows a card through what happens to its member: points, levels, stamps, a block.
func TestCardsShowTheirMember(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.promote(verno.Promotion{Name: "Кофе", Type: "stamps", Active: true, Settings: json.RawMessage(`{"needed":6,"reward":"points","points":10}`)})
		m := b.enrol(anna())
		b.give(m.ID, 70)
		f := b.face(m.Cards[0].ID)
		if f.Kind != card.Standard || f.Merchant != "Чайка" || *f.Balance.Points != 70 || f.Holder != "" || f.Voided {
			b.t.Fatalf("%+v", f)
		}
		if f.Code.Message == "" || strings.ReplaceAll(f.Code.Alt, " ", "") != string(m.Cards[0].Number) || !f.Code.Live {
			b.t.Fatalf("%+v", f.Code)
		}
		_, x, err := b.roll.CardFacts(b.ctx, b.actor.Tenant, m.Cards[0].ID, b.clock())
		b.must(err)
		if len(x.Stamps) != 1 || x.Stamps[0].Needed != 6 || x.Points.Worth != 7_000 || x.Currency != "RUB" || x.At.Location().String() != "Europe/Moscow" {
			b.t.Fatalf("%+v", x)
		}
		blocked := m.Cards[0]
		_, err = b.roll.BlockCard(b.ctx, b.actor, b.clock(), blocked.ID, "lost")
		b.must(err)
		if f := b.face(blocked.ID); !f.Voided || f.Code.Format != card.NoCode || f.Code.Message != "" {
			b.t.Fatalf("%+v", f.Code)
		}
	})
}

// TestAimOnCard: a card says which gift its member saves points for and how many are to come, until it is reached; it says
// nothing of a gift that cannot be had any more, and of points that are for something else.
func TestAimOnCard(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.promote(verno.Promotion{Name: "Кофе", Type: "fixed_discount", Active: true, Settings: json.RawMessage(`{"amount":1000,"on":"basket"}`), Condition: `coupon("COFFEE")`})
		coffee := b.template("coupon", func(t *card.Template) {
			t.Settings = json.RawMessage(`{"offer":{"en":"Coffee","ru":"Кофе","de":"Kaffee"},"coupon":"COFFEE","valid_days":30,"points":150}`)
		})
		m, till := b.enrol(anna()), b.shop().till
		says := func(en, ru, de string) {
			b.t.Helper()
			f := b.face(m.Cards[0].ID)
			var text card.Text
			for i := range f.Back {
				if f.Back[i].Key == "aim" {
					text = f.Back[i].Value.Text
				}
			}
			if text.In("en") != en || text.In("ru") != ru || text.In("de") != de {
				b.t.Errorf("the card says %v, want %q, %q and %q", text, en, ru, de)
			}
		}
		aim := func(a verno.Aim) {
			b.t.Helper()
			_, err := till.SetAim(b.ctx, b.actor, checkout.SetAim{Member: m.ID, Aim: a})
			b.must(err)
		}
		b.give(m.ID, 30)
		says("", "", "")
		aim(verno.Aim{For: verno.AimGift, Gift: coffee})
		says("Coffee, 120 to go", "Кофе, ещё 120", "Kaffee")
		b.give(m.ID, 120)
		says("Coffee, enough points", "Кофе, баллов хватает", "Kaffee")
		aim(verno.Aim{For: verno.AimDiscount})
		says("", "", "")
		aim(verno.Aim{For: verno.AimGift, Gift: coffee})
		row, err := b.office.Template(b.ctx, b.actor, coffee)
		b.must(err)
		_, err = b.office.ArchiveTemplate(b.ctx, b.actor, b.clock(), coffee, row.Revision)
		b.must(err)
		says("", "", "")
	})
}

// TestPercentOnCard shows the discount that the member's promotions take off everything, and no other.
func TestPercentOnCard(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for settings, goods := range map[string]verno.Goods{`{"percent":"7"}`: {}, `{"percent":"50"}`: {SKUs: []string{"tea"}}} {
			b.promote(verno.Promotion{Name: settings, Type: "percent_discount", Active: true, Goods: goods, Settings: json.RawMessage(settings)})
		}
		m := b.enrol(anna())
		_, x, err := b.roll.CardFacts(b.ctx, b.actor.Tenant, m.Cards[0].ID, b.clock())
		b.must(err)
		if x.Percent != 700 {
			b.t.Fatal(x.Percent)
		}
	})
}

// TestCardOfNobody issues an employee's card: who it is lies sealed, the card is rewritten, and no till takes it for a member.
func TestCardOfNobody(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id := b.template("business_card", nil)
		issue := func(values map[string]string) (member.Card, error) {
			return b.roll.IssueOf(b.ctx, b.actor, b.now, id, verno.MemberID{}, card.Document{Values: values})
		}
		_, err := issue(map[string]string{"post": "Бариста"})
		b.wrong(err, "/values/name", "required")
		c, err := issue(map[string]string{"name": "Ольга Синицына", "post": "Бариста", "phone": "+79161112233"})
		b.must(err)
		if c.Kind != "business_card" || c.Template != id || strings.Contains(c.Document, "Ольга") {
			b.t.Fatalf("%+v", c)
		}
		f := b.face(c.ID)
		if !strings.Contains(f.Code.Message, "FN:Ольга Синицына") || f.Primary[0].Value.Text.In("ru") != "Ольга Синицына" {
			b.t.Fatalf("%+v", f)
		}
		_, err = b.roll.RewriteCard(b.ctx, b.actor, b.now, c.ID, c.Revision+1, card.Document{Values: map[string]string{"name": "Ольга"}})
		b.refused(err, "etag_mismatch")
		_, err = b.roll.RewriteCard(b.ctx, b.actor, b.now, c.ID, c.Revision, card.Document{Values: map[string]string{"name": "Ольга", "post": "Управляющая"}})
		b.must(err)
		d, err := b.roll.CardDocument(b.ctx, b.actor, c.ID)
		b.must(err)
		if d.Values["post"] != "Управляющая" || d.Values["phone"] != "" || b.count(verno.EventCardRewritten) != 1 {
			b.t.Fatal(d, b.count(verno.EventCardRewritten))
		}
		second, err := issue(map[string]string{"name": "Пётр"})
		b.must(err)
		list, err := b.roll.CardsMade(b.ctx, b.actor, id, verno.CardID{}, 1)
		b.must(err)
		older, err := b.roll.CardsMade(b.ctx, b.actor, id, list[0].ID, 10)
		b.must(err)
		told := map[verno.CardID]string{}
		for _, one := range append(list, older...) {
			told[one.ID] = string(one.Number) + one.Document.Values["post"]
		}
		if len(list) != 1 || len(older) != 1 || told[c.ID] != string(c.Number)+"Управляющая" || told[second.ID] != string(second.Number) {
			b.t.Fatalf("%+v\n%+v", list, older)
		}
		// Its number links nobody to it.
		m := b.enrol(vault.Person{Phone: "+79161234567"})
		_, err = b.roll.LinkCard(b.ctx, b.actor, b.now, member.CardRequest{Member: m.ID, Number: string(c.Number)})
		b.refused(err, "card_not_usable")
	})
}

// TestCouponIsNotItsMember issues a coupon to a member: whoever shows it at a till is not taken for that member.
func TestCouponIsNotItsMember(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		c, err := b.roll.IssueOf(b.ctx, b.actor, b.now, b.template("coupon", nil), m.ID, card.Document{Ends: b.now.Add(time.Hour)})
		b.must(err)
		_, x, err := b.roll.CardFacts(b.ctx, b.actor.Tenant, c.ID, b.now)
		b.must(err)
		seen, err := b.shop().till.Identify(b.ctx, b.shop().actor, checkout.Identify{Scan: x.Machine})
		b.must(err)
		if seen.Presence != "" || !seen.View.Member.IsZero() || seen.Shown.Scan != card.ScanRedeem {
			b.t.Fatalf("a coupon identified %+v", seen)
		}
		if f := b.face(c.ID); f.Voided || f.Code.Live {
			b.t.Fatalf("%+v", f)
		}
		b.later(2 * time.Hour)
		if f := b.face(c.ID); !f.Voided || f.Back[0].Key != "state" {
			b.t.Fatal("the day has passed, and the coupon does not say so")
		}
	})
}

// TestReplacedCardKeepsItsTemplate gives a new card for a lost one of a template.
func TestReplacedCardKeepsItsTemplate(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		id := b.template("privilege", nil)
		c, err := b.roll.IssueOf(b.ctx, b.actor, b.now, id, m.ID, card.Document{})
		b.must(err)
		if f := b.face(c.ID); f.Kind != "privilege" || f.Holder != "Анна" {
			b.t.Fatalf("%+v", f)
		}
		next, err := b.roll.ReplaceCard(b.ctx, b.actor, b.now, member.CardRequest{Key: "replace", Card: c.ID})
		b.must(err)
		if next.Template != id || next.Kind != "privilege" || next.Number == c.Number {
			b.t.Fatalf("%+v", next)
		}
		if f := b.face(c.ID); !f.Voided || f.Code.Message != "" {
			b.t.Fatal("the old card still has a code")
		}
	})
}

// TestIssueRefusals is about templates of which no card is made.
func TestIssueRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		issue := func(id verno.TemplateID, to verno.MemberID) error {
			_, err := b.roll.IssueOf(b.ctx, b.actor, b.now, id, to, card.Document{})
			return err
		}
		b.refused(issue(verno.TemplateID{1}, m.ID), "not_found")
		b.refused(issue(b.template("points", nil), verno.MemberID{}), "template_for_member")
		draft, err := b.office.CreateTemplate(b.ctx, b.actor, b.now, b.made.Programme, card.Template{Kind: "coupon", Name: "x"})
		b.must(err)
		b.refused(issue(draft.ID, m.ID), "template_unpublished")
		_, err = b.office.ArchiveTemplate(b.ctx, b.actor, b.now, draft.ID, 1)
		b.must(err)
		b.refused(issue(draft.ID, m.ID), "template_archived")
		if _, err := b.roll.IssueOf(b.ctx, b.till(), b.now, draft.ID, m.ID, card.Document{}); verno.AsError(err).Kind != verno.KindForbidden {
			b.t.Fatal(err)
		}
	})
}
