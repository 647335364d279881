package till_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// treats publishes two gifts that can be had for points, one dearer than anybody is rich.
func (s *shop) treats() (coffee, dear verno.TemplateID) {
	s.tb.Helper()
	s.coupon("Пирог") // which opens the same promotion
	gift := func(en, ru string, points int64) verno.TemplateID {
		return s.template("coupon", en, fmt.Sprintf(`{"offer":{"en":%q,"ru":%q},"coupon":"PIE","valid_days":30,"points":%d}`, en, ru, points))
	}
	return gift("A cappuccino of 300 ml", "Капучино 300 мл", 150), gift("A weekend in the mountains for the whole family", "Выходные в горах для всей семьи", 90_000)
}

// TestGiftAtTheTill gives a guest a gift for points, which takes something off the very same sale; has the guest say what points
// are for; and begins the next sale with that.
func TestGiftAtTheTill(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, lang, 768, 1024)
			coffee, dear := s.treats()
			k := s.carrier("Анна")
			s.open()
			cards, err := s.Server.Roll.Cards(t.Context(), auth.Operator(s.Made.Live.Tenant), k.id)
			if err != nil {
				t.Fatal(err)
			}
			s.enter(s.live(cards[0].ID.String()))
			s.Click("#gift")
			s.See("#give-" + dear.String() + ":disabled")
			s.Accessible()
			s.picture("gifts")
			s.Click("#give-" + coffee.String())
			s.See("#gift-done")
			s.picture("gift-given")
			s.Click("#gift-done")
			s.See(`.paper[data-kind="coupon"]`)
			s.enter("500")
			s.Until(`document.querySelector(".to-pay dd")?.textContent.includes("400")`)
			s.picture("gift-in-sale")
			s.Click("#pay-cash:not(:disabled)")
			s.See(".done")
			if got := s.receipts(); len(got) != 1 || got[0].Totals.Payable.Amount != 40_000 || got[0].Totals.Points != 0 {
				t.Fatalf("sold %+v", got)
			}
			s.Click("#next")
			s.enter(k.phone)
			s.Click("#gift")
			s.Click("#aim-discount")
			s.See(`#aim-discount[aria-pressed="true"]`)
			s.Click("dialog.over header .button")
			s.See("#aim")
			s.enter("500")
			s.Until(`document.querySelector("#spend-most[aria-pressed=true]") && !document.querySelector(".total.busy")`)
			s.picture("aim-discount")
			s.Click("#pay-cash:not(:disabled)")
			s.See(".done")
			if got := s.receipts(); len(got) != 2 || got[0].Totals.Points == 0 {
				t.Fatalf("sold %+v", got)
			}
			s.Click("#next")
			s.enter(k.phone)
			s.Click("#gift")
			s.See("#aim-save")
			s.Click(`.gifts li:last-child .button.plain`)
			s.See(".gifts .tag.good")
			s.Click("dialog.over header .button")
			s.Until(`document.querySelector("#aim")?.textContent.includes("` + map[string]string{"ru": "горах", "en": "mountains"}[lang] + `")`)
			s.picture("aim-gift")
			view, err := s.Server.Roll.Read(t.Context(), auth.Operator(s.Made.Live.Tenant), k.id)
			if err != nil || view.Aim != (verno.Aim{For: verno.AimGift, Gift: dear}) {
				text, _ := json.Marshal(view.Aim)
				t.Errorf("aims at %s, %v", text, err)
			}
			if said := s.Text("body"); strings.Contains(said, "⟨") {
				t.Error("a message is missing: ", said)
			}
		})
	}
}
