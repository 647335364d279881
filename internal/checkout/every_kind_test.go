package checkout_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// walked is a card that somebody has, on its way from a design to what happens with it.
type walked struct {
	*guest
	*checkout.Certificate

	issued member.Card
}

// walks are what happens with a card of each kind that changes what it shows.
var walks = map[string]func(b *bundle, w walked){
	"points":         bought,
	"discount":       bought,
	"accumulation":   bought,
	"level_discount": bought,
	"stamp":          bought,
	"privilege":      bought,
	"miles":          bought,
	"stored_value":   func(b *bundle, w walked) { b.topUp(w.guest, 300_00) },
	"coupon": func(b *bundle, w walked) {
		s := b.withCoupons("", 100_00, b.machine(w.issued.ID))
		b.commit(b.boss, b.commitOf(b.boss, s, b.quote(b.boss, s)))
	},
	"gift_certificate": func(b *bundle, w walked) {
		b.sell(b.at(0), b.saleOf("", tea(300_00), 0), paying(w.Machine, 300_00))
	},
	"club_pass":    admitted,
	"event_ticket": admitted,
	"business_card": func(b *bundle, w walked) {
		d := card.Document{Values: map[string]string{"name": "Ольга Синицына", "post": "Управляющая"}}
		_, err := b.roll.RewriteCard(b.ctx, b.boss, b.clock(), w.issued.ID, w.issued.Revision, d)
		b.must(err)
	},
}

// bought is a purchase by which its holder reaches the second level.
func bought(b *bundle, w walked) {
	b.sell(b.at(0), b.saleOf(b.scan(b.at(0), b.machine(w.issued.ID)), basket(line("tea", 2*money.One, 1500_00)), 0))
}

func admitted(b *bundle, w walked) {
	_, err := b.admit(0, w.issued)
	b.must(err)
}

// shown is all that a card shows in a wallet.
func (b *bundle) shown(id verno.CardID) []byte {
	b.t.Helper()
	template, x, err := b.roll.CardFacts(b.ctx, b.boss.Tenant, id, b.clock())
	b.must(err)
	face, err := card.Show(&template, &x)
	b.must(err)
	text, err := json.Marshal(&face)
	b.must(err)
	return text
}

// TestEveryKindFromDesignToChange walks each kind of card as its design begins: published, given to somebody, used at the
// till, and changed by that. How each design looks in three wallets is seen at the desk.
func TestEveryKindFromDesignToChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.terms(func(p *verno.Programme) {
			p.Levels = verno.LevelTerms{WindowMonths: 2, Levels: []verno.Level{{ID: "base", Name: "Base"}, {ID: "gold", Name: "Gold", From: 1000_00}}}
		})
		b.promote("stamps", `{"needed":6,"reward":"piece"}`, goods("tea"))
		for _, k := range card.Kinds() {
			walk := walks[k.Name]
			if walk == nil {
				t.Errorf("nobody walks a card of %s", k.Name)
				continue
			}
			template := b.template(k.Name, string(k.Begin))
			w := walked{guest: b.enrol()}
			to, d := verno.MemberID{}, card.Document{}
			switch k.Name {
			case "coupon":
				template = b.tenOff(``)
			case "business_card":
				d.Values = map[string]string{"name": "Ольга Синицына", "post": "Бариста"}
			}
			if k.Member {
				to = w.ID
			}
			if k.Name == "gift_certificate" {
				w.Certificate = b.sellGift(template, 1000_00)
				w.issued.ID = w.Card
			} else {
				w.issued = b.issue(template, to, d)
			}
			before := b.shown(w.issued.ID)
			walk(b, w)
			if after := b.shown(w.issued.ID); bytes.Equal(before, after) {
				t.Errorf("%s shows the same as before: %s", k.Name, after)
			}
		}
	})
}
