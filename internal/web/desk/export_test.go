package desk_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// download asks for a file and reads it.
func download(t *testing.T, get func(string) answer, path string) []byte {
	t.Helper()
	got := get(path)
	if got.status != http.StatusOK {
		t.Fatalf("%s: %d", path, got.status)
	}
	if d := got.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment; filename") {
		t.Errorf("%s is no download: %s", path, d)
	}
	return got.body
}

// table reads CSV with its mark and its comma.
func table(t *testing.T, body []byte, comma rune) [][]string {
	t.Helper()
	text, marked := bytes.CutPrefix(body, []byte("\ufeff"))
	if !marked {
		t.Error("spreadsheets would take the file for another encoding")
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = comma
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestExports takes every list away in both forms: the same rows, numbers that are numbers, no text that a spreadsheet
// would run, and the audit knows of it.
func TestExports(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 12, Sales: 40}, nil)
	owner := auth.Operator(site.Made.Tenant)
	made, err := site.Server.Roll.Enrol(t.Context(), owner, site.Server.Now(), member.Enrol{
		Programme: site.Made.Live.Programme, Person: vault.Person{Phone: "+79995550011", FirstName: `=HYPERLINK("http://x")`, LastName: "@SUM(1)"},
	})
	if err != nil {
		t.Fatal(err)
	}
	get := visitor(t, site, site.Login, site.Password, "ru")
	members := table(t, download(t, get, "/desk/members.csv"), ';')
	if len(members) != 14 {
		t.Fatalf("%d rows of 13 members and a heading", len(members))
	}
	found := false
	for _, row := range members[1:] {
		for _, cell := range row {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=@-") {
				t.Errorf("a spreadsheet would run %q", cell)
			}
		}
		if row[0] == made.ID.String() {
			found = row[2] == `'=HYPERLINK("http://x")` && row[3] == "'+79995550011"
		}
	}
	if !found {
		t.Errorf("the member is not in the file as it is: %v", members)
	}
	if one := table(t, download(t, get, "/desk/members.csv?q=%2B79995550011"), ';'); len(one) != 2 {
		t.Errorf("%d rows for one who was searched for", len(one))
	}
	receipts := table(t, download(t, get, "/desk/receipts.csv?kind=sale"), ';')
	if len(receipts) != 41 || !strings.Contains(receipts[1][9], ",") {
		t.Errorf("%d rows of 40 sales; a sum is %q", len(receipts), receipts[1][9])
	}
	sheet(t, download(t, get, "/desk/receipts.xlsx?kind=sale"), receipts)
	english := table(t, download(t, visitor(t, site, site.Login, site.Password, "en"), "/desk/receipts.csv"), ',')
	if !strings.Contains(english[1][9], ".") {
		t.Errorf("an English sum is %q", english[1][9])
	}
	log := string(download(t, get, "/desk/audit.csv?topic=members"))
	if !strings.Contains(log, "Список участников выгружен в файл") {
		t.Error("the audit does not know that the members were taken away")
	}
	_ = download(t, get, "/desk/audit.xlsx")
}

// sheet compares a spreadsheet with the same list as CSV: as many rows, and what looks like a number is one.
func sheet(t *testing.T, body []byte, want [][]string) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	name := book.GetSheetName(0)
	rows, err := book.GetRows(name, excelize.Options{RawCellValue: true})
	if err != nil || len(rows) != len(want) {
		t.Fatalf("%d rows, not %d: %v", len(rows), len(want), err)
	}
	if kind, err := book.GetCellType(name, "J2"); err != nil || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("the sum is of type %d %v", kind, err)
	}
	if formula, err := book.GetCellFormula(name, "F2"); err != nil || formula != "" {
		t.Errorf("a formula: %q %v", formula, err)
	}
}

// TestExportsAreGuarded: who may not read a list may not take it away, whatever the address.
func TestExportsAreGuarded(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{Guests: 2, Sales: 2}, nil)
	owner := auth.Operator(site.Made.Tenant)
	for _, s := range []struct {
		role  verno.Role
		login string
		may   string
	}{{verno.RoleMarketer, "ann", ""}, {verno.RolePrivacy, "pete", "/members"}, {verno.RoleAuditor, "audrey", "/members /receipts /audit"}} {
		if _, err := site.Server.Gate.CreateStaff(t.Context(), owner, auth.NewStaff{Name: s.login, Role: s.role, Login: s.login, Password: site.Password}, site.Server.Now()); err != nil {
			t.Fatal(err)
		}
		get := visitor(t, site, s.login, site.Password, "en")
		for _, path := range []string{"/members", "/receipts", "/audit"} {
			for _, ending := range []string{".csv", ".xlsx"} {
				got := get("/desk" + path + ending)
				want := http.StatusForbidden
				if strings.Contains(s.may, path) {
					want = http.StatusOK
				}
				if got.status != want {
					t.Errorf("%s gets %d for %s%s, not %d", s.role, got.status, path, ending, want)
				}
			}
		}
	}
}
