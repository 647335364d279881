package desk_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// looker is the designer of a template, without a browser and without a script.
type looker struct {
	*walker

	t  *testing.T
	id verno.TemplateID
}

// form is the form of the designer, as the page fills it in.
func (l *looker) form() url.Values {
	l.t.Helper()
	page := l.get("/desk/cards/" + l.id.String()).body
	values := url.Values{}
	for _, f := range forms(page) {
		if f.action != "/desk/cards/"+l.id.String() || f.part {
			continue
		}
		for _, e := range f.fields {
			if e.kind != "checkbox" && e.name != "act" && e.name != "" {
				values.Set(e.name, e.value)
			}
		}
	}
	for _, m := range regexp.MustCompile(`name="([^"]+)" value="on" checked`).FindAllSubmatch(page, -1) {
		values.Set(html.UnescapeString(string(m[1])), "on")
	}
	values.Set("design/format", "qr")
	return values
}

func (l *looker) send(values url.Values) answer {
	l.t.Helper()
	return l.walker.send(&shown{action: "/desk/cards/" + l.id.String()}, values)
}

// worn says which of the three pictures of a sample member's card have a colour.
func (l *looker) worn(values url.Values, sample, colour string) (list []bool) {
	l.t.Helper()
	values.Set("show/sample", sample)
	got := l.walker.send(&shown{action: "/desk/cards/" + l.id.String() + "/preview"}, values)
	for figure := range strings.SplitSeq(string(got.body), "</figure>") {
		if strings.Contains(figure, "<figure>") {
			list = append(list, strings.Contains(figure, `fill="`+colour+`"`))
		}
	}
	return list
}

// TestLevelLooks gives a level a look with nothing but the form: the preview of its member takes it, where wallets can; what
// cannot be read is refused beside its field; published, it is told in words; without its tick it is gone. A level that the
// programme has no more is shown as such.
func TestLevelLooks(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{}, nil)
	s, actor, programme := site.Server, auth.Operator(site.Made.Live.Tenant), site.Made.Live.Programme
	made, err := s.Office.CreateTemplate(t.Context(), actor, s.Now(), programme, card.Template{Kind: "points", Name: "Levels"})
	if err != nil {
		t.Fatal(err)
	}
	l := &looker{enter(t, site, "en"), t, made.ID}
	l.levels(actor, programme, verno.Level{ID: "friend", Name: "Friend", From: 600_000}, verno.Level{ID: "own", Name: "Family", From: 2_000_000})
	if _, err := s.Office.PublishTemplate(t.Context(), actor, s.Now(), made.ID, 0, ""); err != nil {
		t.Fatal(err)
	}
	values := l.form()
	own := made.Drafted.Design.Colours.Background
	if got := values.Get("design/looks/own/colours/background"); got != own || values.Has("design/looks/own/on") {
		t.Fatalf("a level without a look begins with %q, not the template's %q", got, own)
	}
	values.Set("design/looks/own/on", "on")
	values.Set("design/looks/own/colours/background", "#7a5c00")
	values.Set("design/looks/own/colours/label", "#8a6c10")
	if got := l.send(values); got.status != http.StatusUnprocessableEntity || !strings.Contains(string(got.body), `id="design/looks/own/colours/label-fault"`) {
		t.Fatalf("a label that nobody can read: %d", got.status)
	}
	values.Set("design/looks/own/colours/label", "#fff2c2")
	for sample, want := range map[string][]bool{"gold": {true, false, true}, "new": {false, false, false}, "usual": {false, false, false}} {
		if got := l.worn(values, sample, "#7a5c00"); !slices.Equal(got, want) {
			t.Errorf("on iPhone, Android and in the browser the card of %q wears the look: %t", sample, got)
		}
	}
	if got := l.send(values); got.status != http.StatusSeeOther {
		t.Fatalf("saved: %d", got.status)
	}
	read := func() card.Design {
		t.Helper()
		now, err := s.Office.Template(t.Context(), actor, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now.Drafted.Design
	}
	if got := read().Looks["own"]; len(read().Looks) != 1 || got.Colours != (card.Colours{Background: "#7a5c00", Label: "#fff2c2"}) {
		t.Errorf("%+v: a colour that is the template's follows it", got)
	}
	if page := string(l.get("/desk/cards/" + made.ID.String() + "/publish").body); !strings.Contains(page, "Level Family") || !strings.Contains(page, "#7a5c00") {
		t.Error("what is published does not tell of the look")
	}
	l.levels(actor, programme, verno.Level{ID: "friend", Name: "Friend", From: 600_000})
	page := string(l.get("/desk/cards/" + made.ID.String()).body)
	if !strings.Contains(page, "has no such level any more") || !strings.Contains(page, "no card looks like this") {
		t.Error("a look without a level is not shown as such")
	}
	values = l.form()
	values.Del("design/looks/own/on")
	if got := l.send(values); got.status != http.StatusSeeOther || len(read().Looks) != 0 {
		t.Errorf("it stays: %d %v", got.status, read().Looks)
	}
}

// levels gives the programme these levels.
func (l *looker) levels(actor verno.Actor, programme verno.ProgrammeID, list ...verno.Level) {
	l.t.Helper()
	o := l.site.Server.Office
	p, err := o.Programme(l.t.Context(), actor, programme)
	if err != nil {
		l.t.Fatal(err)
	}
	p.Draft.Levels.Levels = list
	if _, err := o.ChangeProgramme(l.t.Context(), actor, l.site.Server.Now(), p.Revision, p.Draft); err != nil {
		l.t.Fatal(err)
	}
}
