package till_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// known is a member with many points, who holds the card in a phone of her own.
type known struct {
	*webtest.Tab
	phone string
	id    verno.MemberID
	actor verno.Actor
}

// carrier enrols a member, gives points and opens the card in a second browser.
func (s *shop) carrier(name string) *known {
	s.tb.Helper()
	ctx := s.tb.Context()
	var made struct {
		Member struct {
			ID verno.MemberID `json:"id"`
		} `json:"member"`
		Cards []struct {
			ID verno.CardID `json:"id"`
		} `json:"cards"`
	}
	k := &known{phone: "+79165550777"}
	s.call("POST", "/members", map[string]any{"phone": k.phone, "first_name": name, "issue_card": true}, &made)
	k.id = made.Member.ID
	give := map[string]any{"points": 5000, "reason": "goodwill"}
	if err := s.owner.Call(ctx, "POST", "/api/v1/members/"+k.id.String()+"/points/adjustments", "give", give, nil); err != nil {
		s.tb.Fatal(err)
	}
	token, err := s.Server.Roll.OpenSession(ctx, s.Made.Live.Tenant, k.id, made.Cards[0].ID, "Test phone", s.Server.Now())
	if err != nil {
		s.tb.Fatal(err)
	}
	session, err := s.Server.Roll.Session(ctx, token, s.Server.Now())
	if err != nil {
		s.tb.Fatal(err)
	}
	k.actor = session.Actor()
	k.Tab = webtest.Open(s.tb).Tab(360, 780, s.lang)
	yes := true
	webtest.Send(k.Tab, network.SetCookie, network.SetCookieParams{Name: "verno_card", Value: token, URL: s.Base + "/c/", Path: "/c", HTTPOnly: &yes})
	k.Go(s.Base + "/c/")
	k.See("#show.ready")
	return k
}

// picture keeps what the phone shows, on screens of all sizes, in the light and in the dark.
func (k *known) picture(t *testing.T, name string) {
	t.Helper()
	save(t, k.Tab, name)
	if os.Getenv("VERNO_PICTURES") == "" {
		return
	}
	for _, width := range []int64{360, 768, 1440} {
		k.Size(width, 780)
		for _, dark := range []bool{false, true} {
			k.Dark(dark)
			save(t, k.Tab, fmt.Sprintf("%s-%d-%t", name, width, dark))
		}
	}
	k.Dark(false)
	k.Size(360, 780)
}

// answerable waits until a question that has just come up hears a finger.
func (k *known) answerable() {
	webtest.Eval[bool](k.Tab, `new Promise((done) => setTimeout(() => done(true), 800))`)
}

// basket has the till sell something to the member by her phone number, as far as the payment.
func (s *shop) basket(k *known, sum string) {
	s.tb.Helper()
	s.enter(k.phone)
	s.See(".guest .name")
	s.enter(sum)
	s.See(".proof button")
}

// TestAskThePhone: the till asks, the member's phone shows what is to be spent, and after her yes the sale is closed with
// exactly that; after her no nothing is spent.
func TestAskThePhone(t *testing.T) {
	t.Parallel()
	languages := []string{"ru"}
	if os.Getenv("VERNO_PICTURES") != "" {
		languages = []string{"ru", "en"}
	}
	for _, lang := range languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, lang, 768, 1024)
			s.askThePhone(t, s.carrier("Мария"))
		})
	}
}

func (s *shop) askThePhone(t *testing.T, k *known) {
	t.Helper()
	s.open()
	s.basket(k, "4000")
	s.Click("#prove-confirmation")
	s.See("#ask-now")
	s.picture("ask")
	s.Click("#ask-now")
	s.See("#ask-end")
	k.See("#asked[open] #say-yes")
	if text := k.Text("#asked"); !strings.ContainsAny(text, "₽") || !strings.Contains(text, "000") {
		t.Errorf("the phone says %q", text)
	}
	k.picture(t, "card-asked-"+s.lang)
	k.answerable()
	k.Click("#say-yes")
	k.See(`#asked[open] [data-said="yes"]`)
	k.picture(t, "card-confirmed-"+s.lang)
	s.See("#confirmed")
	s.See("#pay-cash:not(:disabled)")
	s.picture("confirmed")
	s.Click("#pay-cash:not(:disabled)")
	s.See(".done")
	got := s.receipts()
	if len(got) != 1 || got[0].Totals.Points == 0 {
		t.Fatalf("sold %+v", got)
	}
	s.Click("#next")
	k.Click("#asked button")

	s.basket(k, "3000")
	s.Click("#prove-confirmation")
	s.Click("#ask-now")
	k.See("#asked[open] #say-no")
	k.answerable()
	k.Click("#say-no")
	k.See(`#asked[open] [data-said="no"]`)
	s.See("#ask-over")
	s.picture("refused")
	if n := len(s.receipts()); n != 1 {
		t.Errorf("%d receipts after a no", n)
	}
	if said := s.Text("body") + k.Text("body"); strings.Contains(said, "⟨") {
		t.Error("a message is missing: ", said)
	}
}

// TestGuestPIN: the member types the PIN at the till, a wrong one first.
func TestGuestPIN(t *testing.T) {
	t.Parallel()
	s := newShop(t, "en", 768, 1024)
	s.Allow("status of 403")
	k := s.carrier("Mary")
	if err := s.Server.Roll.SetPIN(t.Context(), k.actor, s.Server.Now(), k.id, "7390"); err != nil {
		t.Fatal(err)
	}
	s.open()
	s.basket(k, "4000")
	s.Click("#prove-pin")
	s.Type("#guest-pin", "7391\r")
	s.Until(`document.querySelector("dialog.over [role=alert]")?.textContent.includes("4")`)
	s.picture("guest-pin")
	s.Type("#guest-pin", "7390\r")
	s.See(".guest .tag.good")
	s.See("#spend-most")
	s.Click("#spend-most")
	s.Until(`document.querySelector("#spend-most[aria-pressed=true]") && !document.querySelector(".total.busy")`)
	s.Click("#pay-cash:not(:disabled)")
	s.See(".done")
	if got := s.receipts(); len(got) != 1 || got[0].Totals.Points != 2000 {
		t.Fatalf("sold %+v", got)
	}
}
