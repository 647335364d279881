package desk_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestExportsOfRules takes away what is promised, by what people join, and which programs may come in: each list has its
// rows in both forms, and the page leads to them.
func TestExportsOfRules(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1, Sales: 1}, nil)
	ctx, owner, s := t.Context(), auth.Operator(site.Made.Live.Tenant), site.Server
	if _, err := s.Roll.OpenChannel(ctx, owner, s.Now(), member.ChannelForm{Name: "=Плакат", Proof: member.ProofNone, Fields: map[string]string{}}); err != nil {
		t.Fatal(err)
	}
	key, secret, err := s.Gate.CreateKey(ctx, owner, auth.NewKey{Name: "Сайт", Scopes: verno.MayReadReceipts}, s.Now())
	if err != nil {
		t.Fatal(err)
	}
	w := enter(t, site, "ru")
	for path, says := range map[string][]string{
		"/promotions": {"Действует", "Что даёт"},
		"/channels":   {"'=Плакат", site.Base + "/j/"},
		"/keys":       {"Сайт", "…" + key.Hint, key.ID.String()},
		"/programmes": {site.Made.Live.Programme.String(), "RUB"},
	} {
		rows := table(t, download(t, w.get, "/desk"+path+".csv"), ';')
		var all strings.Builder
		for _, row := range rows {
			all.WriteString(strings.Join(row, "\n") + "\n")
		}
		for _, want := range says {
			if !strings.Contains(all.String(), want) {
				t.Errorf("%s.csv does not say %q: %s", path, want, all.String())
			}
		}
		if strings.Contains(all.String(), secret) {
			t.Errorf("%s.csv has the key itself", path)
		}
		book, err := excelize.OpenReader(bytes.NewReader(download(t, w.get, "/desk"+path+".xlsx")))
		if err != nil {
			t.Fatal(err)
		}
		cells, err := book.GetRows(book.GetSheetName(0))
		if err != nil || len(cells) != len(rows) || len(rows) < 2 {
			t.Errorf("%s: %d rows as a spreadsheet, %d as text: %v", path, len(cells), len(rows), err)
		}
		if page := string(w.get("/desk" + path).body); path != "/programmes" && !strings.Contains(page, path+".csv") {
			t.Errorf("%s does not lead to its files", path)
		}
		_ = book.Close()
	}
}
