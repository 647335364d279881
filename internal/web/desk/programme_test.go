package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/web/webtest"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// TestTypesAreInWords: every type of promotion has its card, and every field of its settings its label and the words of its
// choices, in both languages. Whoever adds a type is told here what its form still needs.
func TestTypesAreInWords(t *testing.T) {
	t.Parallel()
	for _, code := range words.Languages {
		lang := words.In(code)
		known := func(kind string, names ...string) {
			for _, name := range names {
				if !lang.Has("desk.setting."+kind+"."+name) && !lang.Has("desk.setting.any."+name) {
					t.Errorf("%s: desk.setting.%s.%s is said nowhere", code, kind, name)
				}
			}
		}
		for _, k := range promo.Kinds() {
			for _, part := range []string{"sign", "name", "text", "example"} {
				if !lang.Has("desk.kind." + k.Name + "." + part) {
					t.Errorf("%s: desk.kind.%s.%s is said nowhere", code, k.Name, part)
				}
			}
			for _, f := range k.Fields {
				known(k.Name, f.Name)
				if f.Way != "" {
					known(k.Name, "way", "way_"+f.Way)
				}
				for _, value := range f.Enum {
					known(k.Name, f.Name+"_"+value)
				}
				for _, inner := range f.Fields {
					known(k.Name, f.Name+"_"+inner.Name)
				}
			}
		}
	}
}

// TestProgramme changes the terms, sees what it means for members before publishing, compares the versions, and finds
// that a form that was only looked at changes nothing.
func TestProgramme(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{}, nil)
	tab := webtest.Open(t).Tab(1440, 900, "en")
	tab.Allow("422")
	site.Enter(tab)
	tab.Go(site.Base + "/desk/programmes")
	tab.See(".worked")
	if text := tab.Text(".worked"); !strings.Contains(text, "₽500, a member earns 25 points") {
		t.Error(text)
	}
	home := site.Base + webtest.Eval[string](tab, "location.pathname")
	tab.Go(home + "/edit")
	tab.Click("main form .button.main")
	tab.See(`.notice[role="status"]`)
	if text := tab.Text(".notice"); !strings.Contains(text, "No changes.") {
		t.Error("looking at the form has changed something: ", text)
	}
	tab.Go(home + "/edit")
	fill(t, tab, "points/value/points", "10")
	fill(t, tab, "points/max_share", "150")
	tab.Click(`[name="plastic_ends"]`)
	fill(t, tab, "levels/levels/0/name", "Silver")
	fill(t, tab, "levels/levels/1/name", "Gold")
	fill(t, tab, "levels/levels/1/from", "15,000")
	tab.Click("main form .button.main")
	tab.See(".notice.bad")
	tab.Until(`document.readyState === "complete"`)
	if at := tab.Text(`[id="points/max_share-fault"]`); !strings.Contains(at, "from 0 to 100") {
		t.Error(at)
	}
	save(t, tab, "programme-fault")
	fill(t, tab, "points/max_share", "30")
	tab.Click("main form .button.main")
	tab.See(".notice.good")
	if text := tab.Text("main"); !strings.Contains(text, "10 points = ₽1") || !strings.Contains(text, "from ₽15,000") || !strings.Contains(text, "deactivated after the move to a phone") {
		t.Error(text)
	}
	if text := tab.Text("main"); !strings.Contains(text, "Draft: not live yet") || webtest.Eval[int](tab, `document.querySelectorAll("main .notice").length`) != 1 {
		t.Error(text)
	}
	save(t, tab, "programme-drafted")
	tab.Go(home + "/publish")
	tab.See(".notice.warn")
	if text := tab.Text("main"); !strings.Contains(text, "The new value of a point") || !strings.Contains(text, "Level “Gold”") {
		t.Error(text)
	}
	save(t, tab, "programme-publish")
	tab.Click("main form .button.main")
	tab.See(".notice.good")
	tab.Go(home + "/versions/3?with=1")
	if text := tab.Text("main"); !strings.Contains(text, "Changes since version 1") || strings.Contains(text, "⟨") {
		t.Error(text)
	}
	save(t, tab, "programme-compared")
}

// TestPromotionsUnchanged saves the forms of promotions that came through the API, without touching them: nothing is lost
// on the way through a form, so nothing has changed.
func TestPromotionsUnchanged(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	for _, body := range []map[string]any{
		{"name": "Пороги", "type": "points_by_amount", "active": true, "settings": map[string]any{"base": "net", "thresholds": []map[string]any{
			{"from": 0, "percent": "3"}, {"from": 100_000, "points": 7, "step": 10_000},
		}, "pending_seconds": 5400, "expires_days": 90, "rounding": "half_up"}},
		{
			"name": "Ночь", "type": "fixed_discount", "active": false, "priority": -5, "exclusive": true, "group": "ночь", "min_basket": 123_450,
			"condition": "member.purchases >= 5", "settings": map[string]any{"amount": 9950, "on": "line", "max": 20_000},
			"audience": map[string]any{"anonymous": true, "tags": []string{"сосед", "друг"}},
			"limits":   map[string]any{"per_member": 3, "per_member_day": 1, "total": 1000, "budget": 5_000_050, "returns_give": true},
			"goods":    map[string]any{"categories": []string{"coffee/hot", "чай"}, "except_skus": []string{"1001"}},
			"schedule": map[string]any{
				"from": "2026-12-01T00:00:00+03:00", "until": "2027-01-10T21:30:00+03:00", "weekdays": []int{5, 6},
				"hours": []map[string]string{{"from": "22:00", "until": "02:00"}, {"from": "08:00", "until": "09:15"}},
			},
		},
	} {
		err := site.Chain.Owner.Call(t.Context(), http.MethodPost, "/api/v1/programmes/"+site.Made.Live.Programme.String()+"/promotions", "", body, nil)
		if err != nil {
			t.Fatal(err)
		}
	}
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	site.Enter(tab)
	tab.Go(site.Base + "/desk/promotions")
	all := webtest.Eval[[]string](tab, `[...document.querySelectorAll(".offers a")].map(a => a.href)`)
	if len(all) < 7 {
		t.Fatal(all)
	}
	for _, page := range all {
		tab.Go(page)
		tab.Click("[form=rules].button.main")
		tab.See(`.notice[role="status"]`)
		if text := tab.Text(".notice"); !strings.Contains(text, "Изменений не было.") {
			t.Errorf("%s: %s", tab.Text("h1"), text)
		}
	}
	tab.Go(all[len(all)-1])
	save(t, tab, "promotion-rich")
}
