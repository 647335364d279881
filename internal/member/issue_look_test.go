package member_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
)

// TestIssueLook: what a list would come to is told before it is started, and is what it comes to; looking changes nothing,
// and a list that was only looked at can be forgotten with all that it told.
func TestIssueLook(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.enrol(anna())
		lines := []member.IssueLine{
			{Phone: "+79161234567"},
			{Phone: "позвоните"},
			{FirstName: strings.Repeat("ы", 300), Phone: "+79037654322"},
			{Number: "9000000000000009"},
		}
		for i := range 40 {
			lines = append(lines, member.IssueLine{ExternalID: fmt.Sprint("G-", i%30), FirstName: "Имя"})
		}
		for i := range lines {
			lines[i].Line = int64(i) + 2
		}
		i, err := b.roll.OpenIssue(b.ctx, b.actor, b.clock(), "list.csv", "look", member.IssueSettings{})
		b.must(err)
		b.must(b.roll.LoadIssue(b.ctx, b.actor, i, lines))
		events := len(b.events())
		for range 2 {
			look, err := b.roll.LookIssue(b.ctx, b.actor, b.clock(), i.ID)
			b.must(err)
			if look.Looked != 44 || look.Issued != 30 || look.Had != 11 || look.Rejected != 3 || len(look.Faults) != 3 {
				t.Fatalf("looked and saw %+v", look)
			}
			reasons := []string{"Это не номер телефона.", "Не длиннее 100 символов.", "Это не номер карты."}
			for n, want := range reasons {
				f := look.Faults[n]
				if got := f.Reason("ru"); got != want || strings.ContainsAny(got, "{}") {
					t.Errorf("line %d: %s %s %q, want %q", f.Line, f.Code, f.Pointer, got, want)
				}
			}
		}
		if after := b.events(); len(after) != events || b.outcomes(i.ID) != strings.TrimSuffix(strings.Repeat(", ", 44), ", ") {
			t.Errorf("looking left %d events: %s", len(after)-events, b.outcomes(i.ID))
		}
		i, err = b.roll.StartIssue(b.ctx, b.actor, b.clock(), i.ID)
		b.must(err)
		b.refused(b.roll.DropIssue(b.ctx, b.actor, i.ID), "issue_started")
		b.must(b.roll.RunIssues(b.ctx, b.clock))
		i, err = b.roll.Issue(b.ctx, b.actor, i.ID)
		b.must(err)
		if i.Issued != 30 || i.Had != 11 || i.Rejected != 3 {
			t.Errorf("it came to %+v", i.CardIssue)
		}
		again, err := b.roll.OpenIssue(b.ctx, b.actor, b.clock(), "list.csv", "dropped", member.IssueSettings{})
		b.must(err)
		b.must(b.roll.LoadIssue(b.ctx, b.actor, again, lines))
		b.must(b.roll.DropIssue(b.ctx, b.actor, again.ID))
		left, err := b.store.Reader().CardIssueLines(b.ctx, b.actor.Tenant, again.ID, 0, 100)
		b.must(err)
		_, err = b.roll.Issue(b.ctx, b.actor, again.ID)
		b.refused(err, "not_found")
		if len(left) != 0 {
			t.Errorf("%d lines are left", len(left))
		}
	})
}

// TestIssueBlanks: cards that nobody has yet are made once for a key, with what is printed on them for as long as nobody
// has them.
func TestIssueBlanks(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		_, err := b.roll.OpenBlanks(b.ctx, b.actor, b.clock(), member.Blanks{Name: "x", Key: "k", Count: member.MaxBlanks + 1})
		b.wrong(err, "/count", "number_range")
		var i member.Issue
		for range 2 {
			i, err = b.roll.OpenBlanks(b.ctx, b.actor, b.clock(), member.Blanks{Name: "Весна", Key: "k", Count: 45})
			b.must(err)
			look, err := b.roll.LookIssue(b.ctx, b.actor, b.clock(), i.ID)
			b.must(err)
			if i.Total != 45 || look.Issued != 45 && i.State == member.IssueLoading {
				t.Errorf("issue %+v, outlook %+v", i.CardIssue, look)
			}
			_, err = b.roll.StartIssue(b.ctx, b.actor, b.clock(), i.ID)
			b.must(err)
			b.must(b.roll.RunIssues(b.ctx, b.clock))
		}
		list, err := b.roll.IssueOutcomes(b.ctx, b.actor, i.ID, 0, 100)
		b.must(err)
		if len(list) != 45 || b.count(verno.EventCardIssued) != 45 {
			t.Fatalf("%d lines, %d cards", len(list), b.count(verno.EventCardIssued))
		}
		m, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{ExternalID: "C-1", CardNumber: list[7].Number})
		b.must(err)
		list, err = b.roll.IssueOutcomes(b.ctx, b.actor, i.ID, 0, 100)
		b.must(err)
		for n, o := range list {
			if o.Outcome != "issued" || len(o.Number) != 16 || (o.Machine == "") != (n == 7) {
				t.Errorf("line %d of %s: %+v", o.Line, m.ID, o)
			}
		}
		reads := b.actor
		reads.May = verno.MayImport
		list, err = b.roll.IssueOutcomes(b.ctx, reads, i.ID, 0, 1)
		b.must(err)
		if list[0].Number != "" || list[0].Machine != "" {
			t.Errorf("whoever may not read members sees %+v", list[0])
		}
	})
}

// TestIssueGiftCards: gift cards for a printing house are made of a template, each with its own code, and a code is shown
// only until its card was changed, as by its sale. What is a member's own is not printed this way.
func TestIssueGiftCards(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		_, err := b.roll.OpenBlanks(b.ctx, b.actor, b.clock(), member.Blanks{Name: "x", Key: "k", Count: 3, Template: b.template("discount", nil)})
		b.refused(err, "template_for_member")
		gift := b.template("gift_certificate", nil)
		i, err := b.roll.OpenBlanks(b.ctx, b.actor, b.clock(), member.Blanks{Name: "Весна", Key: "k", Count: 3, Template: gift})
		b.must(err)
		_, err = b.roll.StartIssue(b.ctx, b.actor, b.clock(), i.ID)
		b.must(err)
		b.must(b.roll.RunIssues(b.ctx, b.clock))
		list, err := b.roll.IssueOutcomes(b.ctx, b.actor, i.ID, 0, 100)
		b.must(err)
		codes := map[string]bool{}
		for _, o := range list {
			c, err := b.roll.Card(b.ctx, b.actor, o.Card)
			b.must(err)
			if o.Outcome != "issued" || c.Template != gift || c.Kind != "gift_certificate" || !c.Member.IsZero() {
				t.Errorf("line %d: %+v is %+v", o.Line, o, c)
			}
			codes[o.Machine] = o.Machine != ""
		}
		if len(codes) != 3 || codes[""] {
			t.Errorf("the codes are %v", codes)
		}
		_, err = b.roll.RewriteCard(b.ctx, b.actor, b.clock(), list[1].Card, 1, card.Document{Values: map[string]string{"to": "Ольге"}})
		b.must(err)
		list, err = b.roll.IssueOutcomes(b.ctx, b.actor, i.ID, 0, 100)
		b.must(err)
		if list[0].Machine == "" || list[1].Machine != "" || list[1].Number == "" {
			t.Errorf("after one was changed: %+v", list)
		}
	})
}
