package exchange

import (
	"encoding/json"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Report is what became of a file. Lines = Sold + Returned + Rejected: every line ends as exactly one of them. A return
// line that only partly matches what was bought counts as returned, and its remainder stands among the rejected rows
// without being counted there.
type Report struct {
	Import   verno.ImportID `json:"import_id"`
	Preset   string         `json:"preset"`
	Source   string         `json:"source_sha256"`
	State    string         `json:"state"`   // running, done
	DryRun   bool           `json:"dry_run"` // nothing was written: the counts say what would be
	Before   bool           `json:"before"`  // the file had been imported before, and nothing was done now
	Resumed  bool           `json:"resumed"` // it went on where it had stopped
	Lines    int64          `json:"lines"`   // of x5: receipts
	Sold     int64          `json:"sold"`
	Returned int64          `json:"returned"`
	Rejected int64          `json:"rejected"`
	// Already counts lines among the sold and the returned that had been imported before, by this or another file.
	Already    int64            `json:"already"`
	Remainders int64            `json:"remainders"` // returned lines that left a remainder
	Reasons    map[string]int64 `json:"reasons"`    // of rejected lines, and of remainders

	Receipts int64 `json:"receipts"`     // sales that the sold lines are in
	Returns  int64 `json:"returns"`      // returns, each of one sale
	Members  int64 `json:"members_new"`  // who were enrolled
	Places   int64 `json:"places_new"`   // stores and terminals that were opened
	Debts    int64 `json:"points_debts"` // sales and returns that left a debt of points

	Currency money.Currency `json:"currency"`
	Gross    money.Amount   `json:"gross_minor"`
	Refunded money.Amount   `json:"refunded_minor"`
	Scale    int            `json:"points_scale"`
	Earned   money.Points   `json:"points_earned"` // in smallest units
	Taken    money.Points   `json:"points_taken"`  // of earned points, by returns
	Back     money.Points   `json:"points_back"`   // of spent points, by returns

	Given *Given `json:"given_points,omitempty"` // where the file says what was really given
}

// Given compares the points of the programme's rules with those that were really given, receipt by receipt.
type Given struct {
	Receipts  int64 `json:"receipts"`
	Equal     int64 `json:"equal"`
	Different int64 `json:"different"`
}

// saved is the report as the database keeps it, with the length of the files that go with it.
type saved struct {
	Report
	RejectsBytes     int64 `json:"rejects_bytes"`
	DifferencesBytes int64 `json:"differences_bytes"`
}

func (s *saved) text() string {
	out, err := json.Marshal(s)
	if err != nil {
		panic("exchange: a report cannot be written: " + err.Error())
	}
	return string(out)
}

// sold counts units of a sale.
func (r *Report) sold(n int, before bool) {
	r.Lines += int64(n)
	r.Sold += int64(n)
	if before {
		r.Already += int64(n)
	}
}

// returned counts a unit of a return.
func (r *Report) returned(before bool) {
	r.Lines++
	r.Returned++
	if before {
		r.Already++
	}
}

// addSale adds up what a sale moved.
func (r *Report) addSale(receipt *verno.Receipt) {
	r.Receipts++
	if receipt == nil {
		return
	}
	r.Gross += receipt.Totals.Gross
	r.Earned += receipt.Totals.Earn
	if receipt.Debt > 0 {
		r.Debts++
	}
}

// addReturn adds up what a return moved.
func (r *Report) addReturn(receipt *verno.Receipt) {
	r.Returns++
	if receipt == nil || receipt.Return == nil {
		return
	}
	r.Refunded += receipt.Totals.Payable
	r.Taken += receipt.Return.PointsTaken
	r.Back += receipt.Return.PointsBack
	if receipt.Debt > 0 {
		r.Debts++
	}
}
