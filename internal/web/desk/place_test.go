package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestOnlineStore: the form of a store makes an online shop of it, whose address may be typed without a scheme. What stands
// in the fields of a place, which such a form hides, does not get in its way, and is asked for again when it is a place.
func TestOnlineStore(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{Guests: 1}, nil)
	w := enter(t, site, "en")
	values := url.Values{
		"name": {"Seagull online"}, "time_zone": {"Europe/Moscow"}, "programme_id": {site.Made.Live.Programme.String()}, "online": {"on"},
		"web_address": {"javascript:alert(1)"}, "where": {"55.7558, 37.6173"}, "greeting_en": {"Round the corner"},
	}
	if got := string(w.send(&shown{action: "/desk/stores/new"}, values).body); !strings.Contains(got, "begins with https://") || !strings.Contains(got, `value="55.7558, 37.6173"`) {
		t.Error("the form says nothing of a wrong address, or has lost what was typed")
	}
	values.Set("web_address", " shop.example.com ")
	made := w.send(&shown{action: "/desk/stores/new"}, values)
	if made.status != http.StatusSeeOther {
		t.Fatalf("the shop is not made: %s", made.body)
	}
	path, _, _ := strings.Cut(made.header.Get("Location"), "?")
	read := func() verno.Store {
		var id verno.StoreID
		if err := id.UnmarshalText([]byte(path[strings.LastIndex(path, "/")+1:])); err != nil {
			t.Fatal(err)
		}
		s, err := site.Server.Store.Reader().Place(t.Context(), site.Made.Live.Tenant, id)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := read(); !s.Online || s.WebAddress != "https://shop.example.com" || s.Latitude != nil || len(s.Greeting) > 0 {
		t.Errorf("the shop is %+v", s)
	}
	if list := string(w.get("/desk/stores").body); !strings.Contains(list, ">shop.example.com<") || !strings.Contains(list, ">Online<") {
		t.Error("the list does not show where the shop is")
	}
	values.Del("online")
	values.Set("revision", "1")
	if got := w.send(&shown{action: path}, values); got.status != http.StatusSeeOther {
		t.Fatalf("the shop is not changed: %s", got.body)
	}
	if s := read(); s.Online || s.WebAddress != "" || s.Latitude == nil || s.Greeting["en"] != "Round the corner" {
		t.Errorf("the store is %+v", s)
	}
}
