package member_test

import (
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// BenchmarkPages asks for the pages of joining and of the card, among guests and sales, and says how long the slowest of a
// hundred took.
func BenchmarkPages(b *testing.B) {
	site := webtest.Serve(b, "ru", webtest.Size{Guests: 200, Sales: 500}, nil)
	s, boss, ctx := site.Server, auth.Operator(site.Made.Live.Tenant), b.Context()
	for _, d := range campaign.LegalDrafts(campaign.LegalFacts{Business: "Верно"}) {
		if _, err := s.Office.PublishLegal(ctx, boss, s.Now(), d); err != nil {
			b.Fatal(err)
		}
	}
	channel, err := s.Roll.OpenChannel(ctx, boss, s.Now(), member.ChannelForm{Name: "Poster", Proof: member.ProofNone, Fields: map[string]string{member.FieldName: member.FieldRequired}})
	if err != nil {
		b.Fatal(err)
	}
	boss = verno.Actor{Tenant: site.Made.Live.Tenant, Staff: site.Made.Owner, Role: verno.RoleOwner, May: verno.RoleOwner.Permissions(), Live: true}
	guest, err := s.Roll.Enrol(ctx, boss, s.Now(), member.Enrol{
		Key: "guest", Programme: site.Made.Live.Programme, Person: vault.Person{Phone: "+79161234567", FirstName: "Анна"}, IssueCard: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	token, err := s.Roll.OpenSession(ctx, boss.Tenant, guest.ID, guest.Cards[0].ID, "Test phone", s.Now())
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"/j/" + channel.Code, "/c/", "/c/history", "/c/settings", "/c/seen"} {
		name := path
		if path[1] == 'j' {
			name = "/j/"
		}
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, site.Base+path, http.NoBody)
				if err != nil {
					b.Fatal(err)
				}
				r.AddCookie(&http.Cookie{Name: "verno_card", Value: token})
				began := time.Now()
				answer, err := http.DefaultClient.Do(r)
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
				took = append(took, time.Since(began))
				if answer.StatusCode != http.StatusOK {
					b.Fatal(path, answer.Status)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
