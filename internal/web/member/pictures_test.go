package member_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestCardPictures draws every page of the card, for people to look at: both languages, three widths, light and dark; and
// sees that none is wider than its screen, no message is missing, and none has a serious fault for whoever does not see it
// well.
func TestCardPictures(t *testing.T) {
	t.Parallel()
	widths, grounds := []int64{360}, []bool{false}
	if os.Getenv("VERNO_PICTURES") != "" {
		widths, grounds = []int64{320, 360, 768, 1440}, []bool{false, true}
	}
	for lang, name := range map[string]string{"ru": "Константин-Александр", "en": "Maximilian-Alexander"} {
		p := newPocket(t, lang, name)
		receipt := p.live()
		browser := webtest.Open(t)
		for _, width := range widths {
			tab := browser.Tab(width, 800, lang)
			p.open(tab)
			for page, path := range map[string]string{
				"card": "", "history": "history", "receipt": receipt, "settings": "settings", "erase": "erase", "pin": "pin",
			} {
				tab.Go(p.Base + "/c/" + path)
				tab.See("main")
				if path == "" {
					tab.See("#show.ready")
				}
				if wide := webtest.Eval[int](tab, "document.documentElement.scrollWidth"); int64(wide) > width {
					t.Errorf("%s in %s is %d wide on a screen of %d", page, lang, wide, width)
				}
				if text := tab.Text("body"); strings.Contains(text, "⟨") {
					t.Errorf("a message is missing on %s in %s: %s", page, lang, text)
				}
				for _, dark := range []bool{true, false} {
					tab.Dark(dark)
					tab.Accessible()
				}
				for _, dark := range grounds {
					tab.Dark(dark)
					picture(t, tab, fmt.Sprintf("own-%s-%s-%d%s", page, lang, width, map[bool]string{true: "-dark"}[dark]))
				}
				tab.Dark(false)
			}
		}
	}
}

// live is what happens to a card in a while: points that lapse, purchases, money paid in, consents, another phone. It
// returns the address of a receipt.
func (p *pocket) live() string {
	t, ctx, s := p.t, p.t.Context(), p.Server
	t.Helper()
	row, err := s.Office.Programme(ctx, p.boss, p.Made.Live.Programme)
	check(t, err)
	row.Draft.Points.Expiry = verno.ExpiryTerms{Kind: "after_days", Number: 9}
	_, err = s.Office.ChangeProgramme(ctx, p.boss, s.Now(), row.Revision, row.Draft)
	check(t, err)
	_, err = s.Office.CreatePromotion(ctx, p.boss, s.Now(), p.Made.Live.Programme, verno.Promotion{
		Name: "Кешбэк", Type: "cashback", Active: true, Settings: json.RawMessage(`{"percent":"3","expires_days":30}`),
	})
	check(t, err)
	row, err = s.Office.Programme(ctx, p.boss, p.Made.Live.Programme)
	check(t, err)
	_, err = s.Office.Publish(ctx, p.boss, s.Now(), p.Made.Live.Programme, row.Revision, "points lapse")
	check(t, err)
	texts := map[string][]byte{}
	check(t, s.Store.Write(ctx, func(tx *store.Tx) error {
		for _, purpose := range member.Purposes {
			body := "1. Очень короткий текст.\n2. И ещё один пункт."
			hash := sha256.Sum256([]byte(body))
			texts[purpose] = hash[:]
			_, err := tx.InsertLegalText(ctx, store.LegalText{
				Tenant: p.boss.Tenant, Purpose: purpose, Language: "ru", Version: 1, Title: purpose, Body: body, Hash: hash[:],
				PublishedAt: time.Now(), PublishedBy: "test",
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	for _, purpose := range member.Purposes {
		_, err := s.Roll.Consent(ctx, p.boss, s.Now(), p.guest.ID, member.Agreement{Purpose: purpose, Granted: true, TextVersion: "ru-1", TextHash: texts[purpose]})
		check(t, err)
	}
	for i := range 4 {
		check(t, p.buy(2+i, int64(i)))
	}
	who, err := p.scan(tillPhone)
	check(t, err)
	check(t, p.Chain.Tills[0].Call(ctx, http.MethodPost, "/api/v1/top_ups", "top-up", map[string]any{
		"presence": who.Presence, "tender": "cash", "amount": map[string]any{"amount": 123_450, "currency": "RUB"},
	}, nil))
	_, err = s.Roll.OpenSession(ctx, p.boss.Tenant, p.guest.ID, p.guest.Cards[0].ID, "Mozilla/5.0 (iPhone) Safari", s.Now())
	check(t, err)
	steps, err := s.Roll.Timeline(ctx, p.boss, p.guest.ID, nil, 10)
	check(t, err)
	for i := range steps {
		if steps[i].Receipt {
			return "receipts/" + verno.ReceiptID(steps[i].ID).String()
		}
	}
	t.Fatal("there is no receipt")
	return ""
}
