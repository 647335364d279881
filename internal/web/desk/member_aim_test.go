package desk_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// treat publishes a gift of the catalogue, and the promotion that it opens.
func treat(tb testing.TB, site *webtest.Site, offer, word string, points int) verno.TemplateID {
	tb.Helper()
	ctx, s, of, boss := tb.Context(), site.Server, site.Made.Live.Programme, auth.Operator(site.Made.Live.Tenant)
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	_, err := s.Office.CreatePromotion(ctx, boss, s.Now(), of, verno.Promotion{
		Name: word, Type: "fixed_discount", Active: true, Settings: json.RawMessage(`{"amount":1000,"on":"basket"}`), Condition: `coupon("` + word + `")`,
	})
	must(err)
	_, err = s.Office.Publish(ctx, boss, s.Now(), of, 0, "")
	must(err)
	k, _ := card.Find("coupon")
	draft := k.Template(word)
	draft.Settings, err = json.Marshal(map[string]any{
		"offer": map[string]string{"en": offer, "ru": offer}, "coupon": word, "valid_days": 30, "points": points,
	})
	must(err)
	made, err := s.Office.CreateTemplate(ctx, boss, s.Now(), of, draft)
	must(err)
	_, err = s.Office.PublishTemplate(ctx, boss, s.Now(), made.ID, 0, "")
	must(err)
	return made.ID
}

// TestAimOfAMember: the desk shows what a member's points are for and how far a gift is, and whoever may change members chooses
// it; the gifts that were taken are listed, and one that was not used goes back with its points, once.
func TestAimOfAMember(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 2}, nil)
	s, boss := site.Server, auth.Operator(site.Made.Live.Tenant)
	list, err := s.Roll.List(t.Context(), boss, verno.MemberID{}, 2)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	who, at := list[0].ID, "/desk/members/"+list[0].ID.String()
	before, err := s.Roll.Points(t.Context(), boss, s.Now(), who)
	if err != nil {
		t.Fatal(err)
	}
	coffee := treat(t, site, "Капучино 300 мл", "COFFEE", int(before.Available)+150)
	w := enter(t, site, "ru")
	says := func(parts ...string) {
		t.Helper()
		page := plain(w.get(at).body)
		for _, part := range parts {
			if !strings.Contains(page, part) {
				t.Errorf("the page does not say %q", part)
			}
		}
	}
	choose := func(what string) answer {
		t.Helper()
		return w.send(&shown{action: at + "/aim"}, url.Values{"for": {what}})
	}
	says("На что баллы", `<option value="" selected>Спрашивать на кассе`, "Подарок: Капучино 300 мл")
	for _, what := range []string{"discount", "save", "", coffee.String()} {
		if got := choose(what); got.status != http.StatusSeeOther {
			t.Fatal(what, got.status)
		}
		says(`<option value="` + what + `" selected>`)
	}
	if v, err := s.Roll.Read(t.Context(), boss, who); err != nil || v.Aim != (verno.Aim{For: verno.AimGift, Gift: coffee}) {
		t.Errorf("aims at %+v, %v", v.Aim, err)
	}
	says("Не хватает: 150 баллов")
	if got := choose("coffee"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("nonsense: %d", got.status)
	}
	if _, err := s.Roll.Adjust(t.Context(), boss, s.Now(), member.Adjust{Key: "give", Member: who, Points: 150, Reason: "goodwill"}); err != nil {
		t.Fatal(err)
	}
	says("Баллов хватает")
	gift, _, err := s.Till.TakeGift(t.Context(), verno.Actor{Tenant: boss.Tenant, Member: who}, checkout.TakeGift{Key: "take", Template: coffee})
	if err != nil {
		t.Fatal(err)
	}
	says("Подарки за баллы", "<strong>Капучино 300 мл</strong>", "Не использован", "Вернуть баллы")
	pictures(t, site, map[string]string{"member-aim": strings.TrimPrefix(at, "/desk")})
	back := func(of string) answer {
		return w.send(&shown{action: "/desk/members/" + of + "/gifts/" + gift.Card.String() + "/return"}, nil)
	}
	if got := back(list[1].ID.String()); got.status != http.StatusNotFound {
		t.Errorf("from another member's page: %d", got.status)
	}
	if got := back(who.String()); got.status != http.StatusSeeOther {
		t.Fatal(got.status, plain(got.body))
	}
	if page := plain(w.get(at).body); strings.Contains(page, "Вернуть подарок") || !strings.Contains(page, "Капучино 300 мл") {
		t.Error("the gift that was given back stands as before")
	}
	if after, err := s.Roll.Points(t.Context(), boss, s.Now(), who); err != nil || after.Available != before.Available+150 {
		t.Errorf("%d points, %v; there were %d", after.Available, err, before.Available+150)
	}
	if got := back(who.String()); got.status != http.StatusConflict {
		t.Errorf("twice: %d", got.status)
	}
}
