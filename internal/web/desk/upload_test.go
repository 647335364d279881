package desk_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestLargeUpload: a photo of 12 MB and a list of more lines than it may have are refused at their fields, in words of people,
// and what was typed beside them is still there.
func TestLargeUpload(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	w := enter(t, site, "ru")
	templates, err := site.Server.Store.Reader().CardTemplates(t.Context(), site.Made.Live.Tenant, site.Made.Live.Programme, false, verno.TemplateID{}, 1)
	if err != nil || len(templates) == 0 {
		t.Fatal(templates, err)
	}
	photo := strings.Repeat("\xff", 12<<20)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("phone\n" + strings.Repeat("\n", 1<<20))); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		to, field, typed, name string
		file                   string
		says                   string
	}{
		{"/desk/cards/" + templates[0].ID.String() + "/pictures/strip", "file", "act", "", photo, "Файл слишком большой: не больше 5"},
		{"/desk/brand", "logo", "name", "Кофейня «Три зерна»", photo, "Файл слишком большой: не больше 5"},
		{"/desk/issues", "csv", "name", "Весенний список", packed.String(), "Не больше 200000"},
		{"/desk/issues", "csv", "name", "Весенний список", strings.Repeat("phone\n", 3<<20), "Файл слишком большой: не больше 16"},
	} {
		got := w.upload(one.to, one.field, one.file, url.Values{one.typed: {one.name}})
		if text := strings.ReplaceAll(string(got.body), "\u00a0", " "); got.status != http.StatusUnprocessableEntity || !strings.Contains(text, one.says) || !strings.Contains(text, one.name) {
			t.Errorf("%s: %d, %q is not said, or what was typed is lost", one.to, got.status, one.says)
		}
	}
}
