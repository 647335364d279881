package member_test

import (
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
)

// prints counts what the log says of cards on paper.
func (b *bundle) prints() (n int) {
	b.t.Helper()
	for _, e := range b.events() {
		if e.Kind == verno.EventCardPrinted {
			n++
		}
	}
	return n
}

// TestPrintCard: a certificate and a member's card are printed with the code that opens them, by whoever may make cards, and
// the log says so; one that is blocked is not.
func TestPrintCard(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		gift, own := b.gift(), b.enrol(anna()).Cards[0].ID
		for _, id := range []verno.CardID{gift, own} {
			face, err := b.roll.PrintCard(b.ctx, b.actor, b.clock(), id)
			b.must(err)
			if face.Code.Message == "" || face.Code.Alt == "" {
				t.Errorf("nothing opens it: %+v", face.Code)
			}
		}
		if b.prints() != 2 {
			t.Errorf("the log tells of %d", b.prints())
		}
		reader := b.actor
		reader.May = verno.MayReadMembers
		_, err := b.roll.PrintCard(b.ctx, reader, b.clock(), gift)
		b.refused(err, "permission_missing")
		_, err = b.roll.PrintCard(b.ctx, b.actor, b.clock(), verno.CardID{9})
		b.refused(err, "not_found")
		_, err = b.roll.BlockCard(b.ctx, b.actor, b.clock(), gift, "lost")
		b.must(err)
		_, err = b.roll.PrintCard(b.ctx, b.actor, b.clock(), gift)
		b.refused(err, "card_state")
		if b.prints() != 2 {
			t.Errorf("the log tells of %d", b.prints())
		}
	})
}

// TestPrintIssue: the blanks of an issue are printed part by part; one that was sold or written on since is left out.
func TestPrintIssue(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		i, err := b.roll.OpenBlanks(b.ctx, b.actor, b.clock(), member.Blanks{Name: "Spring", Key: "k", Count: 5, Template: b.template("gift_certificate", nil)})
		b.must(err)
		_, err = b.roll.StartIssue(b.ctx, b.actor, b.clock(), i.ID)
		b.must(err)
		b.must(b.roll.RunIssues(b.ctx, b.clock))
		first, last, err := b.roll.PrintIssue(b.ctx, b.actor, b.clock(), i.ID, 0, 3)
		b.must(err)
		rest, end, err := b.roll.PrintIssue(b.ctx, b.actor, b.clock(), i.ID, last, 3)
		b.must(err)
		if len(first) != 3 || last != 3 || len(rest) != 2 || end != 0 || b.prints() != 2 {
			t.Errorf("%d up to %d, %d up to %d, told %d times", len(first), last, len(rest), end, b.prints())
		}
		list, err := b.roll.IssueOutcomes(b.ctx, b.actor, i.ID, 0, 1)
		b.must(err)
		_, err = b.roll.RewriteCard(b.ctx, b.actor, b.clock(), list[0].Card, 1, card.Document{Values: map[string]string{"to": "Olga"}})
		b.must(err)
		if first, _, err = b.roll.PrintIssue(b.ctx, b.actor, b.clock(), i.ID, 0, 3); err != nil || len(first) != 2 {
			t.Errorf("%d after one was written on, %v", len(first), err)
		}
	})
}
