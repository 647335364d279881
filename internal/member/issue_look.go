package member

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Outlook is what would come of a list.
type Outlook struct {
	Looked   int64 // lines that were looked at: the first MaxLooked
	Issued   int64
	Had      int64
	Rejected int64
	Faults   []IssueOutcome // of the first lines that would be rejected
}

const (
	// MaxLooked is how many lines of a list are looked at before it is started.
	MaxLooked = 1000
	// maxFaults is how many of their faults are told.
	maxFaults = 100
)

// errLooked ends a transaction that only looks.
var errLooked = errors.New("member: it was only looked at")

// LookIssue finds out what would come of a list that is loaded: its lines are done as they would be, and undone. A person
// who stands in it twice has the card at the second time.
func (r *Roll) LookIssue(ctx context.Context, a verno.Actor, now time.Time, id verno.IssueID) (Outlook, error) {
	i, err := r.Issue(ctx, a, id)
	if err != nil {
		return Outlook{}, err
	}
	if i.Set.Blanks > 0 || i.State == IssueDone {
		return Outlook{Looked: i.Total, Issued: int64(i.Set.Blanks)}, nil
	}
	t, err := r.Store.Reader().Tenant(ctx, a.Tenant)
	if err != nil {
		return Outlook{}, err
	}
	g := glance{issuer: r.issuer(&i, &t), id: id, now: now, seen: map[string]bool{}}
	for after := i.Done; g.Looked < MaxLooked; {
		lines, err := r.Store.Reader().CardIssueLines(ctx, a.Tenant, id, after, issueStep)
		if err != nil || len(lines) == 0 {
			return g.Outlook, err
		}
		if err := g.step(ctx, lines); err != nil {
			return g.Outlook, err
		}
		after = lines[len(lines)-1].Line
	}
	return g.Outlook, nil
}

// glance looks at lines one after the other.
type glance struct {
	*issuer
	Outlook

	id   verno.IssueID
	now  time.Time
	seen map[string]bool // who stood in a line before, with the template that they would be given
}

func (g *glance) step(ctx context.Context, lines []store.CardIssueLine) error {
	wanted := make([]wanted, len(lines))
	for i := range lines {
		if err := g.read(ctx, g.id, g.now, &lines[i], &wanted[i]); err != nil {
			return err
		}
	}
	err := g.Store.WriteLow(ctx, func(tx *store.Tx) error {
		for i := range lines {
			if err := g.try(ctx, tx, g.now, &lines[i], &wanted[i]); err != nil {
				return err
			}
		}
		return errLooked
	})
	if !errors.Is(err, errLooked) {
		return err
	}
	for i := range lines {
		if err := g.count(&lines[i], &wanted[i]); err != nil {
			return err
		}
	}
	return nil
}

func (g *glance) count(row *store.CardIssueLine, l *wanted) error {
	g.Looked++
	switch {
	case row.Outcome == "rejected":
		g.Rejected++
		if len(g.Faults) == maxFaults {
			return nil
		}
		o, err := shownLine(row)
		g.Faults = append(g.Faults, o)
		return err
	case row.Outcome == "had" || g.before(l):
		g.Had++
	default:
		g.Issued++
	}
	return nil
}

// before says whether somebody whom a line names stood in the list before.
func (g *glance) before(l *wanted) (known bool) {
	keys := make([]string, 0, 4)
	if l.ExternalID != "" {
		keys = append(keys, "id "+l.ExternalID)
	}
	for _, q := range l.told() {
		if kind, value, err := g.exact(q); err == nil {
			keys = append(keys, string(kind)+" "+value)
		}
	}
	for _, key := range keys {
		key = l.template.String() + " " + key
		known = known || g.seen[key]
		g.seen[key] = true
	}
	return known
}
