package ledger_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
)

// TestExpiry: points live to the end of their last day in the shop's zone, whatever the hour at which they were given, over
// leap years, short months and nights that are an hour longer.
func TestExpiry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, at string
		terms    verno.ExpiryTerms
		want     string // the first moment at which they are gone, empty for never
	}{
		{"Europe/Moscow", "2026-03-05 23:59", verno.ExpiryTerms{Kind: "after_days", Number: 1}, "2026-03-06T21:00:00Z"},
		{"Europe/Moscow", "2026-03-05 00:00", verno.ExpiryTerms{Kind: "after_days", Number: 1}, "2026-03-06T21:00:00Z"},
		{"Asia/Vladivostok", "2026-03-05 00:00", verno.ExpiryTerms{Kind: "after_days", Number: 1}, "2026-03-06T14:00:00Z"},
		{"Europe/Berlin", "2026-10-24 12:00", verno.ExpiryTerms{Kind: "after_days", Number: 1}, "2026-10-25T23:00:00Z"},
		{"UTC", "2026-01-31 12:00", verno.ExpiryTerms{Kind: "after_months", Number: 1}, "2026-03-01T00:00:00Z"},
		{"UTC", "2028-01-31 12:00", verno.ExpiryTerms{Kind: "after_months", Number: 1}, "2028-03-01T00:00:00Z"},
		{"UTC", "2028-02-29 12:00", verno.ExpiryTerms{Kind: "after_months", Number: 12}, "2029-03-01T00:00:00Z"},
		{"UTC", "2026-08-31 12:00", verno.ExpiryTerms{Kind: "after_months", Number: 6}, "2027-03-01T00:00:00Z"},
		{"UTC", "2026-10-30 12:00", verno.ExpiryTerms{Kind: "after_months", Number: 3}, "2027-01-31T00:00:00Z"},
		{"UTC", "2026-11-22 12:00", verno.ExpiryTerms{Kind: "after_months", Number: 12, Grace: 10}, "2027-12-03T00:00:00Z"},
		{"UTC", "2026-12-31 23:59", verno.ExpiryTerms{Kind: "end_of_year"}, "2027-01-01T00:00:00Z"},
		{"UTC", "2026-01-01 00:00", verno.ExpiryTerms{Kind: "end_of_year", Number: 1, Grace: 31}, "2028-02-01T00:00:00Z"},
		{"Europe/Moscow", "2026-01-01 00:00", verno.ExpiryTerms{Kind: "on_date", Date: "2026-12-31"}, "2026-12-31T21:00:00Z"},
		{"UTC", "2026-01-01 00:00", verno.ExpiryTerms{Kind: "never", Grace: 5}, ""},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, zone)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if us := ledger.Expiry(c.terms, at); us != ledger.Never {
			got = verno.FromMicros(us).Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%+v given %s in %s end %q, want %q", c.terms, c.at, c.zone, got, c.want)
		}
	}
}
