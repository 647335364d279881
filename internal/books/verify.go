package books

import (
	"context"
	"fmt"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// Report is what Verify found.
type Report struct {
	OK           bool      `json:"ok"`
	Tenants      int64     `json:"tenants"`
	Receipts     int64     `json:"receipts"`
	Entries      int64     `json:"entries"` // receipts' and others
	Postings     int64     `json:"postings"`
	Accounts     int64     `json:"accounts"`
	Lots         int64     `json:"lots"`
	Operations   int64     `json:"operations"` // that were applied
	Events       int64     `json:"events"`
	Sealed       int64     `json:"sealed"`
	UnsealedTail int64     `json:"unsealed_tail"` // committed and not numbered yet
	Checkpoints  int64     `json:"checkpoints"`
	Found        int64     `json:"problems_found"`
	Problems     []Problem `json:"problems"` // the first of them
}

// Problem is one thing that is not as it must be.
type Problem struct {
	Tenant  verno.TenantID `json:"tenant_id"`
	Code    string         `json:"code"`    // what is wrong, such as "balance_not_postings"
	Subject string         `json:"subject"` // of what
	Detail  string         `json:"detail"`  // in figures, for people
}

// String is the report for people.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d receipts, %d entries, %d postings, %d operations\n", r.Receipts, r.Entries, r.Postings, r.Operations)
	fmt.Fprintf(&b, "%d accounts, %d lots\n", r.Accounts, r.Lots)
	fmt.Fprintf(&b, "%d events, %d sealed, %d not yet; %d checkpoints\n", r.Events, r.Sealed, r.UnsealedTail, r.Checkpoints)
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "PROBLEM %s %s: %s\n", p.Code, p.Subject, p.Detail)
	}
	if r.OK {
		b.WriteString("sound\n")
	} else {
		fmt.Fprintf(&b, "NOT SOUND: %d problems\n", r.Found)
	}
	return b.String()
}

const (
	// maxProblems bounds how many problems a report names.
	maxProblems = 100
	// sweepRows is how many rows are read at once.
	sweepRows = 500
)

// Verify reads one state of the whole database and checks what must always hold: entries balance and are the ones that
// their events tell of, balances are the sums of their postings and of their lots, receipts add up and came of one
// operation each, nothing was returned that was not sold, and the log holds what was committed, in order, under valid
// signatures. Its memory stays small however much there is: see tally. progress gets the rows read so far and about how
// many there are. The error is one of reading; what is wrong with the books is in the report.
func Verify(ctx context.Context, r *store.Reader, progress func(done, total int64)) (Report, error) {
	report := Report{Problems: []Problem{}}
	err := r.Sweep(ctx, func(r *store.Reader) error {
		tenants, err := r.Tenants(ctx)
		if err != nil {
			return err
		}
		done, all := int64(0), int64(0)
		for _, t := range tenants {
			n, err := r.CountRows(ctx, t.ID)
			if err != nil {
				return err
			}
			all += n
		}
		tick := func(rows int) {
			done += int64(rows)
			progress(min(done, all), all)
		}
		for _, t := range tenants {
			if err := newVerifier(r, t.ID, &report, tick).run(ctx); err != nil {
				return fmt.Errorf("verify %s: %w", t.ID, err)
			}
		}
		progress(all, all)
		return nil
	})
	report.OK = err == nil && report.Found == 0
	return report, err
}

// verifier is the verification of one tenant.
type verifier struct {
	r      *store.Reader
	tenant verno.TenantID
	report *Report
	tick   func(rows int)

	balances *tally // postings − balances, by owner and unit
	lots     *tally // postings − what remains, by lot with its dates
	told     *tally // receipts and entries − what events tell of them
	done     *tally // receipts − operations that they came of
	totals   map[ledger.Account]*total
	again    bool // the second pass, for the tallies alone
	lines    []store.SweptLine
	events   int64 // of this tenant, as read
}

// total is what one account on the programme's side has, by each that knows.
type total struct {
	posted   int64 // by postings
	stored   int64 // by its row
	sealed   int64 // by batches that are sealed, which are in its row
	unsealed int64 // by batches that are not
}

func newVerifier(r *store.Reader, tenant verno.TenantID, report *Report, tick func(rows int)) *verifier {
	return &verifier{
		r: r, tenant: tenant, report: report, tick: tick, balances: newTally(), lots: newTally(), told: newTally(), done: newTally(),
		totals: map[ledger.Account]*total{},
	}
}

func (v *verifier) run(ctx context.Context) error {
	v.report.Tenants++
	if err := v.pass(ctx); err != nil {
		return err
	}
	v.programme()
	differs := false
	for _, t := range []*tally{v.balances, v.lots, v.told, v.done} {
		differs = t.differs() || differs
	}
	if !differs {
		return nil
	}
	v.again, v.tick = true, func(int) {}
	if err := v.pass(ctx); err != nil {
		return err
	}
	v.again = false
	v.name()
	return nil
}

// pass reads everything.
func (v *verifier) pass(ctx context.Context) error {
	for _, part := range []func(context.Context) error{v.posted, v.held, v.operations, v.log} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// say notes what is wrong. In the second pass it was noted before.
func (v *verifier) say(code string, subject fmt.Stringer, detail string, args ...any) {
	if v.again {
		return
	}
	v.report.Found++
	if len(v.report.Problems) < maxProblems {
		v.report.Problems = append(v.report.Problems, Problem{v.tenant, code, subject.String(), fmt.Sprintf(detail, args...)})
	}
}

// named is a subject that has no identifier.
type named string

func (n named) String() string { return string(n) }

// count adds to a number of the report, once however many passes there are.
func (v *verifier) count(to *int64, n int) {
	if !v.again {
		*to += int64(n)
	}
}

func (v *verifier) total(a ledger.Account) *total {
	if v.again {
		return &total{}
	}
	t := v.totals[a]
	if t == nil {
		t = &total{}
		v.totals[a] = t
	}
	return t
}

// operations checks that what was applied is there.
func (v *verifier) operations(ctx context.Context) error {
	for after := ""; ; {
		chunk, err := v.r.SweepOperations(ctx, v.tenant, after, sweepRows)
		if err != nil || len(chunk) == 0 {
			return err
		}
		for i := range chunk {
			switch o := &chunk[i]; o.Result {
			case store.ResultNowhere:
				v.say("operation_without_result", named(o.Key), "a %s, whose result is %x", o.Kind, o.ID)
			case store.ResultReceipt:
				v.done.add(o.ID, -1)
			}
		}
		v.count(&v.report.Operations, len(chunk))
		v.tick(len(chunk))
		after = chunk[len(chunk)-1].Key
	}
}

// programme checks the accounts on the programme's side: their rows are what was sealed, and what was sealed or waits to
// be is what was posted.
func (v *verifier) programme() {
	for a, t := range v.totals {
		if t.stored != t.sealed {
			v.say("total_not_sealed", a.Owner, "%s in %s: %d, sealed %d", a.Role, a.Unit, t.stored, t.sealed)
		}
		if t.posted != t.sealed+t.unsealed {
			v.say("batches_not_postings", a.Owner, "%s in %s: %d, postings %d", a.Role, a.Unit, t.sealed+t.unsealed, t.posted)
		}
	}
}

// name says what is behind the tallies that differ.
func (v *verifier) name() {
	for key, n := range v.balances.left() {
		v.say("balance_not_postings", verno.OwnerID(key[:16]), "in %s: postings are %+d beyond it", verno.UnitID(key[16:]), n)
	}
	for key, n := range v.lots.left() {
		owner, unit, lot := verno.OwnerID(key[:16]), verno.UnitID(key[16:32]), verno.LotID(key[40:56])
		v.say("lot_not_postings", owner, "%s in %s: postings are %+d beyond it", lot, unit, n)
	}
	for key, n := range v.done.left() {
		code := "receipt_without_operation"
		if n < 0 {
			code = "receipt_of_many_operations"
		}
		v.say(code, verno.ReceiptID(key), "%+d", n)
	}
	for key, n := range v.told.left() {
		var subject fmt.Stringer = verno.EntryID(key[1:17])
		if key[0] == 'r' {
			subject = verno.ReceiptID(key[1:])
		}
		if n > 0 {
			v.say("without_event", subject, "no event tells of it as it is")
		} else {
			v.say("event_of_another", subject, "an event tells of it as it is not, or again")
		}
	}
}
