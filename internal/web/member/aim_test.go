package member_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// treat publishes a gift of the catalogue.
func (p *pocket) treat(offer, price, word string) {
	p.t.Helper()
	ctx, s, of := p.t.Context(), p.Server, p.Made.Live.Programme
	_, err := s.Office.CreatePromotion(ctx, p.boss, s.Now(), of, verno.Promotion{
		Name: word, Type: "fixed_discount", Active: true, Settings: json.RawMessage(`{"amount":1000,"on":"basket"}`),
		Condition: `coupon("` + word + `")`,
	})
	check(p.t, err)
	_, err = s.Office.Publish(ctx, p.boss, s.Now(), of, 0, "")
	check(p.t, err)
	k, _ := card.Find("coupon")
	draft := k.Template(word)
	text, err := json.Marshal(offer)
	check(p.t, err)
	draft.Settings = json.RawMessage(`{"offer":{"en":` + string(text) + `,"ru":` + string(text) + `},"coupon":"` + word + `","valid_days":30,"points":` + price + `}`)
	made, err := s.Office.CreateTemplate(ctx, p.boss, s.Now(), of, draft)
	check(p.t, err)
	_, err = s.Office.PublishTemplate(ctx, p.boss, s.Now(), made.ID, 0, "")
	check(p.t, err)
}

// TestGiftsPage: in her phone a member chooses the gift to save for, sees how far it is, and takes one that is reached; its code is
// that of the coupon, and the card says how far the chosen one is.
func TestGiftsPage(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := newPocket(t, lang, "Анна")
			tab := webtest.Open(t).Tab(360, 780, lang)
			p.open(tab)
			tab.Go(p.Base + "/c/gifts")
			picture(t, tab, "gifts-none-"+lang+"-360")
			p.treat("Капучино 300 мл", "150", "COFFEE")
			p.treat("Набор круассанов с миндалём и очень длинным названием", "900", "BUN")
			_, err := p.Server.Roll.Adjust(t.Context(), p.boss, p.Server.Now(), member.Adjust{Key: "give", Member: p.guest.ID, Points: 400, Reason: "goodwill"})
			check(t, err)
			tab.Go(p.Base + "/c/gifts")
			for _, size := range []int64{360, 768, 1440} {
				tab.Size(size, 900)
				for name, dark := range map[string]bool{"light": false, "dark": true} {
					tab.Dark(dark)
					picture(t, tab, "gifts-"+lang+"-"+name+"-"+strings.TrimSpace(string(rune('0'+size/360))))
				}
			}
			tab.Dark(false)
			tab.Size(360, 780)
			tab.Accessible()
			tab.Click(`.choices li:last-child form[action="/c/aim"] button`)
			tab.See(".notice.good")
			v, err := p.Server.Roll.Read(t.Context(), p.boss, p.guest.ID)
			check(t, err)
			if v.Aim.For != verno.AimGift {
				t.Errorf("aims at %+v", v.Aim)
			}
			tab.Click(`form[action="/c/gifts"] button`)
			tab.See("#mine")
			picture(t, tab, "gifts-taken-"+lang+"-360")
			cards, err := p.Server.Roll.Cards(t.Context(), p.boss, p.guest.ID)
			check(t, err)
			if len(cards) != 2 || cards[1].Kind != "coupon" {
				t.Fatalf("cards %+v", cards)
			}
			_, secret, err := p.Server.Roll.Secret(t.Context(), p.boss.Tenant, cards[1].ID)
			check(t, err)
			if code := tab.ReadCode("#content details .code svg"); code != secret.Machine {
				t.Errorf("the code is %q, want %q", code, secret.Machine)
			}
			tab.Click(`#choices button[value="discount"]`)
			tab.See(`#choices button[value="discount"][aria-pressed="true"]`)
			v, err = p.Server.Roll.Read(t.Context(), p.boss, p.guest.ID)
			check(t, err)
			if v.Aim != (verno.Aim{For: verno.AimDiscount}) {
				t.Errorf("aims at %+v", v.Aim)
			}
			p.open(tab)
			tab.See("#aim")
			picture(t, tab, "card-aim-discount-"+lang+"-360")
			tab.Go(p.Base + "/c/gifts")
			tab.Click(`.choices li:last-child form[action="/c/aim"] button`)
			tab.See(".notice.good")
			p.open(tab)
			tab.See("#aim progress")
			picture(t, tab, "card-aim-"+lang+"-360")
			if said := tab.Text("body"); strings.Contains(said, "⟨") {
				t.Error("a message is missing: ", said)
			}
		})
	}
}
