package card_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
)

// levelled is a template with a look for gold, whole, and one for silver that names its background alone.
func levelled() card.Template {
	k, _ := card.Find("points")
	t := k.Template("Card")
	t.Design.Pictures = map[card.Slot]string{card.SlotLogo: "logo", card.SlotStrip: "usual", card.SlotHero: "wide"}
	t.Design.Looks = map[string]card.Look{
		"gold": {
			Colours:  card.Colours{Background: "#7a5c00", Foreground: "#ffffff", Label: "#fff2c2"},
			Pictures: map[card.Slot]string{card.SlotStrip: "golden"},
		},
		"silver": {Colours: card.Colours{Background: "#303640"}},
	}
	return t
}

// TestLookOfLevel shows one template to members of each level: what a look does not name, and whoever has no level with a
// look, sees the template's own.
func TestLookOfLevel(t *testing.T) {
	t.Parallel()
	template := levelled()
	usual := template.Design.Colours
	for level, want := range map[string]card.Face{
		"":       {Colours: usual, Pictures: template.Design.Pictures},
		"bronze": {Colours: usual, Pictures: template.Design.Pictures},
		"silver": {Colours: card.Colours{Background: "#303640", Foreground: usual.Foreground, Label: usual.Label}, Pictures: template.Design.Pictures},
		"gold": {
			Colours:  template.Design.Looks["gold"].Colours,
			Pictures: map[card.Slot]string{card.SlotLogo: "logo", card.SlotStrip: "golden", card.SlotHero: "golden"},
		},
	} {
		x := anybody()
		x.LevelID = level
		f, err := card.Show(&template, &x)
		if err != nil || f.Colours != want.Colours || f.Usual != usual || !reflect.DeepEqual(f.Pictures, want.Pictures) {
			t.Errorf("%q: %+v %+v %v %v", level, f.Colours, f.Usual, f.Pictures, err)
		}
	}
	if template.Design.Pictures[card.SlotStrip] != "usual" {
		t.Error("the template itself was changed")
	}
}

// TestLooksAreChecked looks at what a merchant may set: what can be read, on cards that have levels, and at levels that
// there are no more.
func TestLooksAreChecked(t *testing.T) {
	t.Parallel()
	known := func(hash string) bool { return hash != "lost" }
	template := levelled()
	if soft, err := card.Check(&template, known); err != nil || len(soft) > 0 {
		t.Fatal(soft, err)
	}
	gold := []verno.Level{{ID: "gold", Name: "Gold"}}
	if soft := template.Design.Unworn(gold); len(soft) != 1 || soft[0].Pointer != "/design/looks/silver" || soft[0].Code != "card_look_unworn" {
		t.Error(soft)
	}
	template.Design.Looks["gold"] = card.Look{
		Colours: card.Colours{Background: "#ffffff"}, Pictures: map[card.Slot]string{card.SlotStrip: "lost", card.SlotLogo: "x"},
	}
	template.Design.Looks[""] = card.Look{}
	template.Design.Looks["a/b"] = card.Look{Colours: card.Colours{Background: "red"}}
	want := []string{
		"/design/looks/ required", "/design/looks/a~1b/colours/background colour_invalid", "/design/looks/gold/colours/foreground card_contrast_refused",
		"/design/looks/gold/colours/label card_contrast_refused", "/design/looks/gold/pictures unknown_value", "/design/looks/gold/pictures/strip not_known",
	}
	if got := faultsOf(&template, known); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	coupon, _ := card.Find("coupon")
	other := coupon.Template("Card")
	other.Settings, other.Design.Looks = json.RawMessage(`{"offer":{"en":"x","ru":"x"}}`), map[string]card.Look{"gold": {}}
	if got := faultsOf(&other, known); len(got) != 1 || got[0] != "/design/looks card_look_member" {
		t.Error(got)
	}
}

func faultsOf(t *card.Template, known func(string) bool) (list []string) {
	_, err := card.Check(t, known)
	if e := verno.AsError(err); e != nil {
		for _, f := range e.Fields {
			list = append(list, f.Pointer+" "+f.Code)
		}
	}
	return list
}

// TestDraftWithoutLooksStays is what was published before there were looks: it reads and writes as it did.
func TestDraftWithoutLooksStays(t *testing.T) {
	t.Parallel()
	k, _ := card.Find("points")
	text, err := json.Marshal(k.Template("Card"))
	if err != nil || strings.Contains(string(text), "looks") {
		t.Fatalf("%s %v", text, err)
	}
}

// TestCardWithoutCode is warned of where a till, or a watch, would have to scan it.
func TestCardWithoutCode(t *testing.T) {
	t.Parallel()
	for _, k := range card.Kinds() {
		template := k.Template("Card")
		template.Design.Format = card.NoCode
		soft, _ := card.Check(&template, func(string) bool { return true })
		warned := false
		for _, w := range soft {
			warned = warned || w.Code == "card_code_none" && w.Pointer == "/design/format"
		}
		if warned == (k.Scan == card.ScanShow) {
			t.Errorf("%s: %v", k.Name, soft)
		}
	}
}
