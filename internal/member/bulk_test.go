package member_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// TestBulkUpsert: each row stands for itself: the good ones are written, the bad ones say why and leave no trace, and a
// second run changes nothing.
func TestBulkUpsert(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.welcome(`{"points":200}`, verno.Limits{})
		rows := make([]member.Row, 100)
		for i := range rows {
			rows[i].ExternalID = fmt.Sprint("c", i)
			rows[i].Person = vault.Person{Phone: fmt.Sprintf("+791600001%02d", i), FirstName: "Имя"}
			rows[i].IssueCard = true
		}
		rows[13].Person.Phone = rows[12].Person.Phone
		rows[27].Person.Phone = "нет"
		rows[31].ExternalID = ""
		rows[55].Consents = []member.Agreement{{Purpose: "terms", Granted: true}}
		rows[60].EnrolledAt, rows[61].EnrolledAt = b.clock().AddDate(-9, 0, 0), b.clock().Add(time.Hour)
		rows[56].CardNumber = "9000000000000009"
		bad := map[int]string{13: "phone_taken", 27: "invalid_request", 31: "invalid_request", 55: "invalid_request", 56: "invalid_request", 61: "invalid_request"}
		for _, want := range []string{"created", "unchanged"} {
			out, err := b.roll.BulkUpsert(b.ctx, b.actor, b.clock(), rows)
			b.must(err)
			for i, o := range out {
				switch {
				case bad[i] == "" && (o.State != want || o.Member.IsZero() || o.Err != nil):
					// A row that was bad for what only joining looks at stays bad.
					t.Errorf("row %d: %+v", i, o)
				case bad[i] != "" && (o.State != "rejected" || o.Err.Code != bad[i]):
					t.Errorf("row %d: %+v", i, o)
				}
			}
		}
		all := 0
		for after := (verno.MemberID{}); ; {
			page, err := b.roll.List(b.ctx, b.actor, after, 0)
			b.must(err)
			if len(page) == 0 {
				break
			}
			all += len(page)
			after = page[len(page)-1].ID
		}
		if want := len(rows) - len(bad); all != want || b.count(verno.EventMemberCreated) != want || b.count(verno.EventCardIssued) != want {
			t.Errorf("%d members, %d created, %d cards; want %d", all, b.count(verno.EventMemberCreated), b.count(verno.EventCardIssued), want)
		}
		early, err := b.store.Reader().MemberByExternalID(b.ctx, b.actor.Tenant, "c60")
		b.must(err)
		if !early.EnrolledAt.Equal(rows[60].EnrolledAt) {
			t.Errorf("who joined nine years ago joined at %s", early.EnrolledAt)
		}
		if b.count(verno.EventPointsAwarded) != 0 {
			t.Error("an import was welcomed")
		}
		rows[5].Person.FirstName, rows[6].Tags = "Другое", []string{"vip"}
		out, err := b.roll.BulkUpsert(b.ctx, b.actor, b.clock(), rows[:10])
		b.must(err)
		v, err := b.roll.Read(b.ctx, b.actor, out[5].Member)
		b.must(err)
		if out[5].State != "updated" || out[6].State != "updated" || out[7].State != "unchanged" || v.Person.FirstName != "Другое" {
			t.Errorf("changed %+v", out[5:8])
		}
		_, err = b.roll.BulkUpsert(b.ctx, b.actor, b.clock(), make([]member.Row, member.MaxBulk+1))
		b.wrong(err, "/members", "number_range")
	})
}

// TestBulkMembersWork: who came in bulk has an account, gets points and is found.
func TestBulkMembersWork(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		out, err := b.roll.BulkUpsert(b.ctx, b.actor, b.clock(), []member.Row{{Enrol: member.Enrol{ExternalID: "c1", Person: anna()}}})
		b.must(err)
		b.give(out[0].Member, 5)
		found, err := b.roll.Search(b.ctx, b.actor, member.Search{Phone: anna().Phone})
		b.must(err)
		if len(found) != 1 || found[0].Channel != "import" || b.points(found[0].ID).Available != 5 {
			t.Errorf("found %+v", found)
		}
	})
}

// TestExport: one person's data, all of it and nobody else's, and that it was handed out is in the audit.
func TestExport(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		other := b.enrol(boris())
		b.give(m.ID, 12)
		_, err := b.roll.Consent(b.ctx, b.actor, b.clock(), m.ID, member.Agreement{Purpose: "terms", Granted: true, Text: "текст"})
		b.must(err)
		b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
			for n, c := range []*member.Enrolled{m, other} {
				a := store.Admission{
					Tenant: b.actor.Tenant, ID: verno.NewID[verno.AdmissionID](b.clock(), rand.Reader), Card: c.Cards[0].ID, Template: verno.TemplateID{1}, Member: c.ID, Store: b.made.Store,
					Left: 6 + int64(n), Of: 8, At: b.clock(),
				}
				if err := tx.InsertAdmission(b.ctx, &a); err != nil {
					return err
				}
			}
			return nil
		}))
		raw, err := b.roll.Export(b.ctx, b.actor, b.clock(), m.ID)
		b.must(err)
		text := string(raw)
		if strings.Count(text, `"uses_left": 6`) != 1 || strings.Contains(text, `"uses_left": 7`) {
			t.Errorf("the entries are not those of the member: %s", text)
		}
		for _, want := range []string{"+79161234567", "anna@example.com", "Королёва", string(m.Cards[0].Number), `"amount": "12"`, "terms", "adjustment"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing: %s", want, text)
			}
		}
		_, secret, err := b.roll.Secret(b.ctx, b.actor.Tenant, m.Cards[0].ID)
		b.must(err)
		if strings.Contains(text, "Борис") || strings.Contains(text, other.ID.String()) || strings.Contains(text, secret.Machine) {
			t.Errorf("it tells too much: %s", text)
		}
		if !json.Valid(raw) || b.count(verno.EventMemberExported) != 1 {
			t.Error("no JSON, or not in the audit")
		}
	})
}
