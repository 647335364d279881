package server_test

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/internal/vault"
)

// TestGoogleFollowsTheBooks: a member joins and saves the card; what happens to the points afterwards is sealed, found, and
// shown by Google; its callback says that the card was saved.
func TestGoogleFollowsTheBooks(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(d *desk) {
		ctx, now := d.ctx, d.server.Now
		google := googletest.New(t, now)
		d.server.Passes.Base = "https://cards.example"
		d.server.Passes.Google.API, d.server.Passes.Google.Token, d.server.Passes.Google.Keys = google.URL, google.URL+"/token", google.URL+"/keys"
		account, err := d.server.ImportGoogle(ctx, server.Whose{}, google.Issuer, google.ServiceAccount(), nil)
		d.must(err)
		if shown, ok, err := d.server.GoogleAccount(ctx, server.Whose{}); err != nil || !ok || shown.Email != account.Email {
			t.Errorf("the account is %+v, %v, %v", shown, ok, err)
		}
		d.must(d.server.CheckGoogle(ctx, server.Whose{}))
		actor := auth.Operator(d.made.Tenant)
		joined, err := d.server.Roll.Enrol(ctx, actor, now(), member.Enrol{Key: "k", Person: vault.Person{Phone: "+79161234567"}, IssueCard: true})
		d.must(err)
		issued, err := d.server.Passes.Issue(ctx, d.made.Tenant, joined.Cards[0].ID)
		d.must(err)
		link, err := d.server.Passes.SaveLink(ctx, issued, "")
		d.must(err)
		saved, err := google.Open(link)
		d.must(err)
		for _, key := range []string{"one", "two"} {
			_, err := d.server.Roll.Adjust(ctx, actor, now(), member.Adjust{Key: key, Member: joined.ID, Points: 1, Reason: "correction"})
			d.must(err)
		}
		_, err = d.server.Sealer.Seal(ctx, now)
		d.must(err)
		d.must(d.server.Passes.Follow(ctx))
		d.must(d.server.Passes.TellGoogle(ctx))
		balance, _ := json.Marshal(google.Find("loyaltyObject", issued.Serial)["loyaltyPoints"])
		if !strings.Contains(string(balance), `"balance":{"int":2}`) {
			t.Errorf("Google shows %s", balance)
		}
		faces := httptest.NewServer(d.server.Handler())
		t.Cleanup(faces.Close)
		body := google.Sign(googletest.Callback{
			Class: saved.Class, Object: saved.Object, Event: "save", Nonce: rand.Text(), Expires: now().Add(time.Hour), KeyExpires: now().Add(time.Hour),
		})
		res, err := faces.Client().Post(faces.URL+"/hooks/google/"+d.made.Tenant.String(), "application/json", strings.NewReader(string(body)))
		d.must(err)
		_ = res.Body.Close()
		got, err := d.server.Store.Reader().Pass(ctx, d.made.Tenant, issued.Card)
		d.must(err)
		if res.StatusCode != http.StatusOK || got.SavedAt.IsZero() {
			t.Errorf("the callback is answered %s, saved %v", res.Status, got.SavedAt)
		}
		res, err = faces.Client().Get(pass.PictureURL(faces.URL, d.made.Tenant, "0b6b4f", "logo"))
		d.must(err)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("a picture is answered %s", res.Status)
		}
		if ended, err := d.server.RetireGoogle(ctx, server.Whose{}); err != nil || !ended {
			t.Errorf("ended %v, %v", ended, err)
		}
	})
}
