package desk_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/report"
	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/internal/web/webtest"
	"github.com/verno-loyalty/verno/money"
)

// crowd is how many members, and how many receipts, the benchmarks look at: 200,000, or what VERNO_CROWD says.
func crowd() int {
	if n, err := strconv.Atoi(os.Getenv("VERNO_CROWD")); err == nil {
		return n
	}
	return 200_000
}

// populate adds members with names and phones, each with a receipt, in large transactions.
func populate(b *testing.B, site *webtest.Site, n int) {
	b.Helper()
	s, tenant := site.Server, site.Made.Tenant
	first := []string{"Анна", "Мария", "Ольга", "Екатерина", "Дмитрий", "Сергей", "Иван", "Алексей", "Тимур", "Пётр"}
	last := []string{"Коваленко", "Белых", "Шевчук", "Ким", "Живаго", "Черных", "Петренко", "Дурново"}
	for from := 0; from < n; from += 1000 {
		var owners []*store.Owner
		var receipts []*store.ReceiptRow
		err := s.Store.Write(b.Context(), func(tx *store.Tx) error {
			for i := from; i < min(from+1000, n); i++ {
				now := s.Now().AddDate(0, 0, -i%90)
				id := verno.NewID[verno.MemberID](now, rand.Reader)
				_, err := tx.InsertMember(b.Context(), verno.Member{
					ID: id, Tenant: tenant, Owner: verno.MemberOwner(id), Programme: site.Made.Live.Programme, Channel: "bench", Revision: 1, EnrolledAt: now, UpdatedAt: now,
				})
				if err != nil {
					return err
				}
				p := vault.Person{Phone: fmt.Sprintf("+7911%07d", i), FirstName: first[i%len(first)], LastName: last[i/10%len(last)] + strconv.Itoa(i)}
				if _, err := s.Vault.PutPerson(b.Context(), tx, tenant, id, p, now); err != nil {
					return err
				}
				owners = append(owners, &store.Owner{Tenant: tenant, ID: verno.MemberOwner(id), Kind: "member"})
				receipts = append(receipts, receiptOf(site, id, now, i))
			}
			tx.Bulk().PutOwners(owners)
			tx.Bulk().PutReceipts(receipts)
			return tx.Bulk().Flush(b.Context())
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func receiptOf(site *webtest.Site, of verno.MemberID, at time.Time, n int) *store.ReceiptRow {
	r := &store.ReceiptRow{Receipt: verno.Receipt{
		Tenant: site.Made.Tenant, Owner: verno.MemberOwner(of), ID: verno.NewID[verno.ReceiptID](at, rand.Reader), Kind: verno.ReceiptSale, Member: of,
		Programme: site.Made.Live.Programme, Version: 1, Store: site.Made.Live.Store, Issuer: site.Made.Live.Issuer, Number: strconv.Itoa(n),
		BusinessDate: report.Date(at), OccurredAt: at, ReceivedAt: at, Currency: "RUB",
	}}
	r.Totals = verno.Totals{Gross: 500_00, Payable: 500_00, Earn: 25}
	for i := range 5 {
		r.Facts.Basket.Lines = append(r.Facts.Basket.Lines, verno.Line{ID: strconv.Itoa(i), SKU: "1001", Name: "Капучино 300 мл", Quantity: money.One, Price: 100_00, Sum: 100_00})
		r.Outcome.Lines = append(r.Outcome.Lines, verno.LineOutcome{Net: 100_00, Earn: 5})
	}
	return r
}

// BenchmarkPages asks for the pages that must stay fast among 200,000 members with as many receipts, over HTTP, as
// somebody who has logged in.
func BenchmarkPages(b *testing.B) {
	site := webtest.Serve(b, "ru", webtest.Size{}, nil)
	populate(b, site, crowd())
	get := visitor(b, site, site.Login, site.Password, "ru")
	for _, p := range []struct{ name, path string }{
		{"members", "/desk/members"},
		{"members_by_name", "/desk/members?q=%D0%9A%D0%BE%D0%B2%D0%B0%D0%BB"},
		{"members_by_two_names", "/desk/members?q=%D0%90%D0%BD%D0%BD%D0%B0+%D0%91%D0%B5%D0%BB"},
		{"members_by_phone", "/desk/members?q=%2B79110000777"},
		{"receipts", "/desk/receipts"},
		{"receipts_by_number", "/desk/receipts?number=777"},
		{"overview_30", "/desk/"},
		{"overview_90", "/desk/?days=90"},
		{"audit", "/desk/audit"},
	} {
		b.Run(p.name, func(b *testing.B) {
			time50and99(b, get, p.path)
		})
	}
}

// BenchmarkDemo asks for every page of the desk, with the three months of the demo's café in the database.
func BenchmarkDemo(b *testing.B) {
	site := told(b, rig.Telling{Kind: rig.Kinds["cafe"], Language: "ru", Days: 91})
	w := enter(b, site, "ru")
	pages, _ := w.walk()
	seen := map[string]bool{}
	for _, path := range pages {
		route, _, _ := strings.Cut(pattern(path), "?")
		if seen[route] {
			continue
		}
		seen[route] = true
		b.Run(route, func(b *testing.B) { time50and99(b, w.get, path) })
	}
}

// time50and99 says how long the median and the slowest hundredth of the answers took.
func time50and99(b *testing.B, get func(string) answer, path string) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		began := b.Elapsed()
		if got := get(path); got.status != http.StatusOK {
			b.Fatal(got.status)
		}
		took = append(took, b.Elapsed()-began)
	}
	slices.Sort(took)
	for share, name := range map[int]string{50: "p50-ms", 99: "p99-ms"} {
		b.ReportMetric(float64(took[len(took)*share/100].Microseconds())/1000, name)
	}
}
