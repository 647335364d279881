package member_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// list opens the issue of a list and starts it.
func (b *bundle) list(source string, set member.IssueSettings, lines ...member.IssueLine) member.Issue {
	b.t.Helper()
	for i := range lines {
		lines[i].Line = int64(i) + 2
	}
	i, err := b.roll.OpenIssue(b.ctx, b.actor, b.clock(), "list.csv", source, set)
	b.must(err)
	b.must(b.roll.LoadIssue(b.ctx, b.actor, i, lines))
	i, err = b.roll.StartIssue(b.ctx, b.actor, b.clock(), i.ID)
	b.must(err)
	return i
}

// outcomes are what came of a list, a word a line.
func (b *bundle) outcomes(id verno.IssueID) string {
	b.t.Helper()
	list, err := b.roll.IssueOutcomes(b.ctx, b.actor, id, 0, 1000)
	b.must(err)
	words := make([]string, len(list))
	for i, l := range list {
		words[i] = strings.TrimSpace(l.Outcome + " " + l.Code)
		if l.Link != "" {
			words[i] += "+" + l.Link
		}
	}
	return strings.Join(words, ", ")
}

// TestIssueLoadedByMany: a list that many send at once, as a client does that waits too shortly, is one list.
func TestIssueLoadedByMany(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		const n = 300
		lines := make([]member.IssueLine, n)
		for i := range lines {
			lines[i] = member.IssueLine{Line: int64(i) + 2, ExternalID: fmt.Sprintf("C-%d", i)}
		}
		i, err := b.roll.OpenIssue(b.ctx, b.actor, b.clock(), "list.csv", "many", member.IssueSettings{})
		b.must(err)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := b.roll.LoadIssue(b.ctx, b.actor, i, lines); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if i, err = b.roll.StartIssue(b.ctx, b.actor, b.clock(), i.ID); err != nil || i.Total != n {
			t.Errorf("%d lines of %d, %v", i.Total, n, err)
		}
	})
}

// TestIssueOfWhatIsNobodys: coupons and certificates are not given by a list, and the refusal says so, of the list and of a
// line alike.
func TestIssueOfWhatIsNobodys(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		gift := b.template("gift_certificate", nil)
		_, err := b.roll.OpenIssue(b.ctx, b.actor, b.clock(), "x", "x", member.IssueSettings{Template: gift})
		b.refused(err, "template_not_members")
		i := b.list("one", member.IssueSettings{}, member.IssueLine{Email: "vera@example.com", Template: gift.String()})
		b.must(b.roll.RunIssues(b.ctx, b.clock))
		if got := b.outcomes(i.ID); got != "rejected template_not_members" {
			t.Errorf("got %s", got)
		}
	})
}

// TestIssue: each line of a list ends as issued, as had before or as rejected with its reason, and what it told of a
// person is forgotten; the same list and the same people get nothing twice.
func TestIssue(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		post := b.courier()
		known := b.enrol(anna())
		blank, err := b.roll.StockCards(b.ctx, b.actor, b.clock(), 2)
		b.must(err)
		bare, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{ExternalID: "C-9"})
		b.must(err)
		lines := []member.IssueLine{
			{Phone: "8 903 765-43-21", FirstName: "Борис", Birthday: "1980-01-02"},
			{Phone: "+79161234567"},
			{ExternalID: "C-9", Number: blank[0].Number},
			{Number: blank[1].Number},
			{Phone: "позвоните"},
			{FirstName: "Никто"},
			{Bad: "columns 3 instead of 9"},
			{Phone: "8 903 765-43-21", Email: "anna@example.com"},
			{Email: "vera@example.com", Template: "tpl_x"},
			{Email: "vera@example.com", Consents: "terms"},
			{Email: "vera@example.com", Birthday: "31 июня"},
			{Phone: "8 903 765-43-21"},
		}
		const want = "issued+sent, had, issued+link_nowhere, issued+link_nowhere, rejected phone_invalid, rejected line_nobody, " +
			"rejected line_unreadable, rejected line_two, rejected id_invalid, rejected texts_missing, rejected date_invalid, had"
		i := b.list("one", member.IssueSettings{Link: member.BySMS}, lines...)
		b.must(b.roll.RunIssues(b.ctx, b.clock))
		if got := b.outcomes(i.ID); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		i, err = b.roll.Issue(b.ctx, b.actor, i.ID)
		b.must(err)
		if i.State != member.IssueDone || i.Issued != 3 || i.Had != 2 || i.Rejected != 7 || i.Total != 12 {
			t.Errorf("issue %+v", i)
		}
		rows, err := b.store.Reader().CardIssueLines(b.ctx, b.actor.Tenant, i.ID, 0, 100)
		b.must(err)
		for _, row := range rows {
			if row.Sealed != nil {
				t.Errorf("line %d is still there", row.Line)
			}
		}
		b.must(b.roll.Deliver(b.ctx, b.clock))
		if len(post.got) != 1 || post.got[0].To != "+79037654321" {
			t.Errorf("letters %+v", post.got)
		}
		again := b.list("one", member.IssueSettings{Link: member.BySMS}, lines...)
		b.must(b.roll.RunIssues(b.ctx, b.clock))
		if again.ID != i.ID || again.State != member.IssueDone {
			t.Errorf("again %+v", again)
		}
		next := b.list("two", member.IssueSettings{}, lines[:4]...)
		b.must(b.roll.RunIssues(b.ctx, b.clock))
		if got := b.outcomes(next.ID); got != "had, had, had, had" {
			t.Errorf("another list: %s", got)
		}
		for _, id := range []verno.MemberID{known.ID, bare.ID} {
			cards, err := b.roll.Cards(b.ctx, b.actor, id)
			b.must(err)
			if len(cards) != 1 {
				t.Errorf("%d cards", len(cards))
			}
		}
		var result strings.Builder
		b.must(b.roll.EachOutcome(b.ctx, b.actor, i.ID, func(o *member.IssueOutcome) error {
			result.WriteString(strings.Join(o.Row("ru"), ",") + "\n")
			if o.Outcome != "rejected" && (o.Number == "" || o.Machine != "") {
				t.Errorf("line %d: the number is %q, the machine code %q", o.Line, o.Number, o.Machine)
			}
			return nil
		}))
		if rows := strings.Count(result.String(), "\n"); rows != 12 || !strings.Contains(result.String(), "6,rejected,phone_invalid,/phone,Это не номер телефона.,,,,,") {
			t.Errorf("result %s", result.String())
		}
		b.silent("the result", result.String(), anna())
	})
}

// TestIssueGoesOn after it was stopped or killed, and by several at once: each line is done once.
func TestIssueGoesOn(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		lines := make([]member.IssueLine, 130)
		for i := range lines {
			lines[i].ExternalID = fmt.Sprintf("G-%d", i)
		}
		i := b.list("long", member.IssueSettings{}, lines...)
		killed, kill := context.WithCancel(b.ctx)
		err := b.roll.RunIssue(killed, i.CardIssue, b.clock, func(now member.Issue) {
			if now.Issued >= 40 {
				kill()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("killed with %v", err)
		}
		i, err = b.roll.SetIssue(b.ctx, b.actor, b.clock(), i.ID, member.IssueStopped)
		b.must(err)
		b.must(b.roll.RunIssues(b.ctx, b.clock))
		half, err := b.roll.Issue(b.ctx, b.actor, i.ID)
		b.must(err)
		if half.Issued == 0 || half.Issued == 130 || half.State != member.IssueStopped {
			t.Errorf("stopped at %+v", half)
		}
		i, err = b.roll.SetIssue(b.ctx, b.actor, b.clock(), i.ID, member.IssueRunning)
		b.must(err)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := b.roll.RunIssue(b.ctx, i.CardIssue, b.clock, nil); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		done, err := b.roll.Issue(b.ctx, b.actor, i.ID)
		b.must(err)
		if done.Issued != 130 || done.State != member.IssueDone || b.count(verno.EventCardIssued) != 130 || b.count(verno.EventImportFinished) != 1 {
			t.Errorf("done %+v, %d cards", done, b.count(verno.EventCardIssued))
		}
		_, err = b.roll.OpenIssue(b.ctx, b.till(), b.clock(), "x", "y", member.IssueSettings{})
		b.refused(err, "permission_missing")
	})
}
