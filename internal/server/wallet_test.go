package server_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// carrier is a member whose card is in an iPhone and at Google.
type carrier struct {
	d    *desk
	pass store.Pass
}

func (d *desk) carrier(phone string) *carrier {
	d.t.Helper()
	joined, err := d.server.Roll.Enrol(d.ctx, auth.Operator(d.made.Tenant), d.server.Now(), member.Enrol{Key: phone, Person: vault.Person{Phone: phone}, IssueCard: true})
	d.must(err)
	issued, err := d.server.Passes.Issue(d.ctx, d.made.Tenant, joined.Cards[0].ID)
	d.must(err)
	_, err = d.server.Passes.SaveLink(d.ctx, issued, "")
	d.must(err)
	return &carrier{d, issued}
}

// changed reads the pass again, and says whether it has changed since.
func (c *carrier) changed() bool {
	c.d.t.Helper()
	now, err := c.d.server.Store.Reader().Pass(c.d.ctx, c.pass.Tenant, c.pass.Card)
	c.d.must(err)
	is := now.Tag > c.pass.Tag && now.ModifiedAt.After(c.pass.ModifiedAt)
	c.pass = now
	return is
}

// says is how the card calls itself to Apple and to Google.
func (c *carrier) says(google *googletest.Google) string {
	c.d.t.Helper()
	file, err := c.d.server.Passes.ApplePass(c.d.ctx, c.pass, c.d.server.Now())
	c.d.must(err)
	report, err := pass.Inspect(file, c.d.server.Now())
	c.d.must(err)
	class, _ := google.Find("loyaltyObject", c.pass.Serial)["classId"].(string)
	return fmt.Sprint(report.Pass["description"], " / ", google.Find("loyaltyClass", class)["programName"])
}

// settle seals, follows the log and tells Google.
func (d *desk) settle() {
	d.t.Helper()
	_, err := d.server.Sealer.Seal(d.ctx, d.server.Now)
	d.must(err)
	d.must(d.server.Passes.Follow(d.ctx))
	d.must(d.server.Passes.TellGoogle(d.ctx))
}

// TestNewStandardReachesOldCards: when another template becomes the standard one, the cards that have none of their own show
// it, at Apple and at Google, and change with it from then on; a card with one of its own stays as it is.
func TestNewStandardReachesOldCards(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(d *desk) {
		ctx, now, boss := d.ctx, d.server.Now, auth.Operator(d.made.Tenant)
		google := googletest.New(t, now)
		passes := d.server.Passes
		passes.Base = "https://cards.example"
		passes.Google.API, passes.Google.Token = google.URL, google.URL+"/token"
		_, err := d.server.ImportGoogle(ctx, server.Whose{}, google.Issuer, google.ServiceAccount(), nil)
		d.must(err)
		_, _, err = d.server.SelfSign(ctx, server.Whose{}, server.TrialCertificate{PassType: "pass.not-apple.trial", Team: "NOTAPPLE00"})
		d.must(err)
		one, own := d.carrier("+79161234567"), d.carrier("+79161234568")
		d.must(d.server.Store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE card SET template_id = $1 WHERE tenant = $2 AND id = $3`, own.pass.Template, own.pass.Tenant, own.pass.Card)
			return err
		}))
		d.settle()
		one.changed()
		own.changed()
		before := own.says(google)
		made, err := d.server.Office.CreateTemplate(ctx, boss, now(), d.made.Live.Programme, card.Template{Kind: "points", Name: "New"})
		d.must(err)
		rename := func(title string) {
			made.Drafted.Design.Title = card.Both(title, title)
			made, err = d.server.Office.ChangeTemplate(ctx, boss, now(), made.ID, made.Revision, made.Drafted)
			d.must(err)
			_, err = d.server.Office.PublishTemplate(ctx, boss, now(), made.ID, 0, "")
			d.must(err)
			d.settle()
		}
		rename("Autumn card")
		if one.changed() {
			t.Error("a template that nobody shows changes a card")
		}
		_, err = d.server.Office.MakeStandard(ctx, boss, now(), made.ID)
		d.must(err)
		d.settle()
		if !one.changed() || one.pass.Template != made.ID {
			t.Errorf("the card does not follow: %+v", one.pass)
		}
		if got := one.says(google); got != "Autumn card, Chain / Autumn card" {
			t.Errorf("the card says %q", got)
		}
		made, err = d.server.Office.Template(ctx, boss, made.ID)
		d.must(err)
		rename("Winter card")
		if got := one.says(google); !one.changed() || got != "Winter card, Chain / Winter card" {
			t.Errorf("a version of the new standard: the card says %q", got)
		}
		if own.changed() || own.says(google) != before {
			t.Errorf("a card with a template of its own says %q, and said %q", own.says(google), before)
		}
	})
}

// TestWalletsAreWatched: how many cards wait, and what came of telling, stand among the metrics.
func TestWalletsAreWatched(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(d *desk) {
		_, _, err := d.server.SelfSign(d.ctx, server.Whose{}, server.TrialCertificate{PassType: "pass.not-apple.trial", Team: "NOTAPPLE00"})
		d.must(err)
		d.server.Passes.Count("ApplePass", store.PushTold, 3)
		faces := httptest.NewServer(d.server.Handler())
		t.Cleanup(faces.Close)
		ask, err := http.NewRequestWithContext(d.ctx, http.MethodGet, faces.URL+"/metrics", nil)
		d.must(err)
		got, err := faces.Client().Do(ask) // From this machine everybody may.
		d.must(err)
		defer got.Body.Close()
		body, err := io.ReadAll(got.Body)
		d.must(err)
		text := string(body)
		for _, want := range []string{
			`verno_wallet_notifications_total{outcome="told",wallet="ApplePass"} 3`, `verno_wallet_waiting{wallet="phones"} 0`, `verno_wallet_waiting{wallet="google"} 0`,
			"verno_wallet_certificate_end_seconds 1.",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("there is no %s", want)
			}
		}
	})
}
