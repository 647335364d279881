package till_test

import (
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// BenchmarkPages asks for what a till loads from the server, among guests and sales, and says how long the slowest of a
// hundred took.
func BenchmarkPages(b *testing.B) {
	site := webtest.Serve(b, "ru", webtest.Size{Guests: 200, Sales: 500}, nil)
	till := site.Chain.Tills[0]
	for _, path := range []string{"/till/", "/till/state", "/till/totals", "/till/texts", "/till/shell.json", "/till/manifest.webmanifest"} {
		b.Run(path, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, site.Base+path, http.NoBody)
				if err != nil {
					b.Fatal(err)
				}
				r.AddCookie(&http.Cookie{Name: "verno_till", Value: till.Token})
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
