package books

import (
	"context"
	"fmt"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Report is what Verify found.
type Report struct {
	OK           bool      `json:"ok"`
	Tenants      int64     `json:"tenants"`
	Receipts     int64     `json:"receipts"`
	Entries      int64     `json:"entries"` // receipts' and others
	Accounts     int64     `json:"accounts"`
	Lots         int64     `json:"lots"`
	Events       int64     `json:"events"`
	Sealed       int64     `json:"sealed"`
	UnsealedTail int64     `json:"unsealed_tail"` // committed and not numbered yet
	Checkpoints  int64     `json:"checkpoints"`
	Found        int64     `json:"problems_found"`
	Problems     []Problem `json:"problems"` // the first of them
}

// Problem is one thing that is not as it must be.
type Problem struct {
	Tenant verno.TenantID `json:"tenant_id"`
	What   string         `json:"what"`
	About  string         `json:"about"`
}

// maxProblems bounds a report.
const maxProblems = 100

// String is the report for people.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d receipts, %d entries, %d accounts, %d lots\n", r.Receipts, r.Entries, r.Accounts, r.Lots)
	fmt.Fprintf(&b, "%d events, %d sealed, %d not yet; %d checkpoints\n", r.Events, r.Sealed, r.UnsealedTail, r.Checkpoints)
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "PROBLEM %s: %s (%s)\n", p.What, p.About, p.Tenant)
	}
	if r.OK {
		b.WriteString("sound\n")
	} else {
		fmt.Fprintf(&b, "NOT SOUND: %d problems\n", r.Found)
	}
	return b.String()
}

// chunk is how many rows are read at a time.
const chunk = 500

// Verify reads one state of the whole database and checks that the books are sound: every entry balances and is the one
// its event tells of, balances are the sums of their postings and of their lots, receipts add up, nothing was returned
// that was not sold, and the log holds what was committed, in order, under valid signatures. Its memory grows with the
// number of accounts, not of receipts.
func Verify(ctx context.Context, r *store.Reader, progress func(done, total int64)) (Report, error) {
	var report Report
	err := r.Snapshot(ctx, func(r *store.Reader) error {
		tenants, err := r.Tenants(ctx)
		if err != nil {
			return err
		}
		total := int64(0)
		for _, t := range tenants {
			receipts, err := r.CountReceipts(ctx, t.ID)
			if err != nil {
				return err
			}
			entries, err := r.CountEntries(ctx, t.ID)
			if err != nil {
				return err
			}
			total += receipts + entries
		}
		for _, t := range tenants {
			report.Tenants++
			x := &examination{ctx: ctx, r: r, tenant: t.ID, report: &report, progress: progress, total: total}
			if err := x.run(); err != nil {
				return err
			}
		}
		progress(total, total)
		return nil
	})
	report.OK = err == nil && report.Found == 0
	return report, err
}

// examination checks one tenant.
type examination struct {
	ctx      context.Context
	r        *store.Reader
	tenant   verno.TenantID
	report   *Report
	progress func(done, total int64)
	total    int64

	sums   sums
	booked multiset // entries with their hashes, as they are
	told   multiset // the same, as events tell of them
}

func (x *examination) say(what, about string, args ...any) {
	x.report.Found++
	if len(x.report.Problems) < maxProblems {
		x.report.Problems = append(x.report.Problems, Problem{x.tenant, what, fmt.Sprintf(about, args...)})
	}
}

func (x *examination) run() error {
	x.sums = sums{}
	for _, step := range []func() error{x.receipts, x.entries, x.log, x.balances, x.operations} {
		if err := step(); err != nil {
			return err
		}
	}
	if x.booked != x.told {
		x.say("entries and events differ", "%d entries, %d told of, or hashes that are not the same", x.booked.count, x.told.count)
	}
	return nil
}

func (x *examination) operations() error {
	operations, receipts, err := x.r.LooseOperations(x.ctx, x.tenant)
	if err != nil {
		return err
	}
	if operations > 0 {
		x.say("operation without its receipt", "%d", operations)
	}
	if receipts > 0 {
		x.say("receipt without its operation", "%d", receipts)
	}
	return nil
}
