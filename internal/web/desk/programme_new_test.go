package desk_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestSecondProgramme makes one more programme, which begins with the usual terms of its currency, and goes to it from
// every page that is about one programme.
func TestSecondProgramme(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{Guests: 2, Sales: 4}, nil)
	w := enter(t, site, "en")
	all := forms(w.get("/desk/programmes/new").body)
	form := all[slices.IndexFunc(all, func(f shown) bool { return f.action == "/desk/programmes/new" })]
	values := url.Values{"name": {" "}, "currency": {"KZT"}, "time_zone": {"Asia/Nowhere"}}
	for _, f := range form.fields {
		if f.kind == "hidden" {
			values.Set(f.name, f.value)
		}
	}
	got := w.send(&form, values)
	if body := string(got.body); got.status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="name-fault"`) || !strings.Contains(body, `id="time_zone-fault"`) {
		t.Errorf("%d %s", got.status, body)
	}
	values.Set("name", "Second shop")
	values.Set("time_zone", "Asia/Almaty")
	got = w.send(&form, values)
	edit := got.header.Get("Location")
	if got.status != http.StatusSeeOther || !strings.HasSuffix(edit, "/edit?done=created") {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if body := string(w.get(edit).body); !strings.Contains(body, "₸") || strings.Contains(body, "₽") {
		t.Error("the terms are in another currency")
	}
	for _, path := range []string{"/desk/programmes", "/desk/promotions", "/desk/"} {
		if body := string(w.get(path).body); !strings.Contains(body, "Second shop") {
			t.Errorf("%s leads to one programme only", path)
		}
	}
	if body := string(w.get("/desk/audit").body); !strings.Contains(body, "rogramme") {
		t.Error("the log knows nothing of it")
	}
}

// TestBackupAge: the first page tells what is known of copies of the database, and warns of what is old or unknown.
func TestBackupAge(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{Guests: 2, Sales: 4}, nil)
	w := enter(t, site, "en")
	for _, step := range []struct {
		days int
		says string
	}{{-1, "No database backup yet"}, {5, "more than two days ago"}, {0, "Last database backup"}} {
		if at := site.Server.Now().AddDate(0, 0, -step.days); step.days >= 0 {
			err := site.Server.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.InsertBackup(t.Context(), at, 4096) })
			if err != nil {
				t.Fatal(err)
			}
		}
		if body := string(w.get("/desk/").body); !strings.Contains(body, step.says) {
			t.Errorf("%d days: not %q", step.days, step.says)
		}
	}
}

// TestNumberIsBounded: a receipt is sought by its number in the last months, and in all of them when asked.
func TestNumberIsBounded(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{Guests: 1, Sales: 1}, nil)
	w := enter(t, site, "en")
	if body := string(w.get("/desk/receipts?number=nowhere").body); !strings.Contains(body, "Searched receipts since") || !strings.Contains(body, "from=2000-01-01") {
		t.Error("nobody is told how far was looked")
	}
	if body := string(w.get("/desk/receipts?number=nowhere&from=2000-01-01").body); strings.Contains(body, "Searched receipts since") {
		t.Error("all were looked at")
	}
}
