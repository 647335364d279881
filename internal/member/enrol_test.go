package member_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// TestEnrol: one request makes member, person, account, card and consents, and tells the audit of them without naming
// anybody.
func TestEnrol(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m, err := b.roll.Enrol(b.ctx, b.till(), b.clock(), member.Enrol{
			Key: "k1", Person: anna(), IssueCard: true, ExternalID: "crm-7",
			Consents: []member.Agreement{
				{Purpose: "terms", Granted: true, TextVersion: "3", Text: "Правила программы"},
				{Purpose: "advertising", Granted: false},
			},
		})
		b.must(err)
		if m.Person.Phone != "+79161234567" || m.Person.Email != "anna@example.com" || m.Channel != "till" || m.Store != b.made.Store {
			t.Errorf("enrolled %+v", m.View)
		}
		if len(m.Cards) != 1 || m.Cards[0].State != verno.CardActive {
			t.Fatalf("cards %+v", m.Cards)
		}
		if _, err := code.ParseNumber(string(m.Cards[0].Number)); err != nil {
			t.Errorf("number %q: %v", m.Cards[0].Number, err)
		}
		o := b.owner(m.Owner)
		if o.Kind != "member" || o.State.Enrolled[b.made.Programme].At != verno.Micros(b.now) {
			t.Errorf("account %+v", o)
		}
		consents, err := b.roll.Consents(b.ctx, b.actor, m.ID)
		b.must(err)
		for _, c := range consents {
			want := hash("Правила программы")
			if c.Granted != (c.Purpose == "terms") || c.Granted && string(c.TextHash) != string(want[:]) || c.Channel != "till" {
				t.Errorf("consent %+v", c)
			}
		}
		if len(consents) != 2 {
			t.Errorf("%d consents", len(consents))
		}
		for _, kind := range []verno.EventKind{verno.EventMemberCreated, verno.EventConsentGranted, verno.EventConsentWithdrawn, verno.EventCardIssued} {
			if n := b.count(kind); n != 1 {
				t.Errorf("%d events %s", n, kind)
			}
		}
		for _, e := range b.events() {
			b.silent("an event", fmt.Sprintf("%+v", e), anna())
		}
	})
}

// TestEnrolOnce: one key makes one member, however often and in parallel it is sent; another body under it is refused.
func TestEnrolOnce(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		q := member.Enrol{Key: "once", BodyHash: hash("anna"), Person: anna(), IssueCard: true}
		var made sync.Map
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				m, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), q)
				if err != nil {
					t.Error(err)
					return
				}
				made.Store(m.ID, true)
			})
		}
		all.Wait()
		members := 0
		made.Range(func(any, any) bool { members++; return true })
		if members != 1 || b.count(verno.EventMemberCreated) != 1 || b.count(verno.EventCardIssued) != 1 {
			t.Errorf("%d members, %d created", members, b.count(verno.EventMemberCreated))
		}
		q.BodyHash = hash("boris")
		_, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), q)
		b.refused(err, "idempotency_key_reused")
	})
}

// TestTakenPhone: a phone, an address, an external id has one member. The answer names nothing of the other, and leaves
// nothing of the one who did not get in.
func TestTakenPhone(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		first := b.enrol(anna())
		for _, c := range []struct {
			code string
			q    member.Enrol
		}{
			{"phone_taken", member.Enrol{Key: "a", Person: vault.Person{Phone: "+79161234567", FirstName: "Другая"}, ExternalID: "x"}},
			{"email_taken", member.Enrol{Key: "b", Person: vault.Person{Email: "ANNA@example.com"}, ExternalID: "y", IssueCard: true}},
		} {
			_, err := b.roll.Enrol(b.ctx, b.till(), b.clock(), c.q)
			b.refused(err, c.code)
			b.silent("the refusal", err.Error(), anna())
			if strings.Contains(err.Error(), first.ID.String()) {
				t.Errorf("the refusal names the other: %v", err)
			}
			if _, err := b.store.Reader().MemberByExternalID(b.ctx, b.actor.Tenant, c.q.ExternalID); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s left a member: %v", c.code, err)
			}
			// The key is free: with another phone the same request goes through.
			c.q.Person = vault.Person{FirstName: "Вера"}
			_, err = b.roll.Enrol(b.ctx, b.till(), b.clock(), c.q)
			b.must(err)
		}
		_, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{ExternalID: "x"})
		b.refused(err, "external_id_taken")
	})
}

// TestRaceForAPhone: of many who enrol one phone at once, one gets in, and nobody sees an error of ours.
func TestRaceForAPhone(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		var won, lost atomic.Int64
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				switch _, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{Person: anna(), IssueCard: true}); {
				case err == nil:
					won.Add(1)
				case verno.AsError(err).Code == "phone_taken":
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 15 {
			t.Errorf("%d won, %d lost", won.Load(), lost.Load())
		}
	})
}

// TestWelcome: the bonus is seen at once and waits for the first purchase, in an entry of its own.
func TestWelcome(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		promotion := b.welcome(`{"points":200,"until_first":true,"expires_days":30}`, verno.Limits{})
		m := b.enrol(anna())
		p := b.points(m.ID)
		if p.Available != 0 || p.Pending != 200 || p.UntilPurchase != 200 || p.Balance != 200 {
			t.Errorf("points %+v", p)
		}
		// Thirty days of life end with the thirtieth day in Moscow.
		if end := time.Date(2026, time.December, 22, 21, 0, 0, 0, time.UTC); len(p.Expiring) != 1 || !p.Expiring[0].At.Equal(end) {
			t.Errorf("expiring %+v, want %v", p.Expiring, end)
		}
		o := b.owner(m.Owner)
		if o.State.Enrolled[b.made.Programme].At == 0 || o.State.Usage[promotion].Total != 1 {
			t.Errorf("state %+v", o.State)
		}
		steps, err := b.roll.Timeline(b.ctx, b.actor, m.ID, nil, 10)
		b.must(err)
		if len(steps) != 1 || steps[0].Kind != "award" || len(steps[0].Moves) != 1 || steps[0].Moves[0].Amount != 200 {
			t.Errorf("timeline %+v", steps)
		}
		b.balanced(m.Owner)
	})
}

// TestWelcomeByLevel: who joins is at the level that needs no spend, and gets what is for that level.
func TestWelcomeByLevel(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		p, err := b.office.Programme(b.ctx, b.actor, b.made.Programme)
		b.must(err)
		p.Draft.Levels.Levels = []verno.Level{{ID: "base", Name: "Base"}, {ID: "gold", Name: "Gold", From: 1000_00}}
		_, err = b.office.ChangeProgramme(b.ctx, b.actor, b.clock(), p.Revision, p.Draft)
		b.must(err)
		for i, level := range []string{"base", "gold"} {
			b.promote(verno.Promotion{
				Name: level, Type: "welcome_bonus", Active: true, Audience: verno.Audience{Levels: []string{level}},
				Settings: json.RawMessage(fmt.Sprintf(`{"points":%d}`, 100<<i)),
			})
		}
		if p := b.points(b.enrol(anna()).ID); p.Balance != 100 {
			t.Errorf("points %+v", p)
		}
	})
}

// TestWelcomeBudget: of many who enrol at once no more are welcomed than the promotion's limit allows.
func TestWelcomeBudget(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.welcome(`{"points":100}`, verno.Limits{Total: 5})
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				_, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{Person: vault.Person{Phone: fmt.Sprintf("+7916000%04d", i)}})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := b.count(verno.EventPointsAwarded); n != 5 {
			t.Errorf("%d were welcomed", n)
		}
	})
}

// TestNoSecondWelcome: who was erased and comes back with the same phone, or with the same e-mail address however it is
// written, gets in, and no second bonus.
func TestNoSecondWelcome(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		later := b.welcome(`{"points":50,"when":"first_purchase"}`, verno.Limits{})
		b.welcome(`{"points":200}`, verno.Limits{})
		for _, c := range []struct{ before, after vault.Person }{
			{anna(), anna()},
			{vault.Person{Email: "vera@example.com"}, vault.Person{Email: "Vera@Example.com"}},
			{vault.Person{Email: "ivan@example.com", Phone: "+79160000001"}, vault.Person{Email: "ivan@example.com", Phone: "+79160000002"}},
		} {
			m := b.enrol(c.before)
			if p := b.points(m.ID); p.Available != 200 {
				t.Fatalf("points %+v", p)
			}
			b.must(b.roll.Erase(b.ctx, b.actor, b.clock(), m.ID, ""))
			again := b.enrol(c.after)
			if p := b.points(again.ID); p.Balance != 0 {
				t.Errorf("welcomed twice: %+v", p)
			}
			if o := b.owner(again.Owner); o.State.Usage[later].Total != 1 {
				t.Errorf("the first purchase would welcome: %+v", o.State)
			}
		}
	})
}

// TestHostileEnrolments: what people and programs put into an enrolment is refused with a pointer.
func TestHostileEnrolments(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		many := make([]string, 51)
		for i := range many {
			many[i] = strconv.Itoa(i)
		}
		for _, c := range []struct {
			pointer, code string
			q             member.Enrol
		}{
			{"/phone", "phone_invalid", member.Enrol{Person: vault.Person{Phone: "12"}}},
			{"/phone", "phone_invalid", member.Enrol{Person: vault.Person{Phone: strings.Repeat("9", 10_000)}}},
			{"/email", "email_invalid", member.Enrol{Person: vault.Person{Email: "a@b@c\r\nBcc: x"}}},
			{"/first_name", "text_invalid", member.Enrol{Person: vault.Person{FirstName: "a\x00b"}}},
			{"/birthday", "date_invalid", member.Enrol{Person: vault.Person{Birthday: "2021-02-29"}}},
			{"/external_id", "text_too_long", member.Enrol{ExternalID: strings.Repeat("x", 101)}},
			{"/external_id", "text_invalid", member.Enrol{ExternalID: "\xff"}},
			{"/channel", "text_invalid", member.Enrol{Channel: "Till; DROP TABLE"}},
			{"/tags", "too_many", member.Enrol{Tags: many}},
			{"/tags/0", "tag_invalid", member.Enrol{Tags: []string{"a b"}}},
			{"/metadata", "text_invalid", member.Enrol{Metadata: map[string]string{"": "x"}}},
			{"/metadata/k", "text_too_long", member.Enrol{Metadata: map[string]string{"k": strings.Repeat("x", 501)}}},
			{"/consents/0/text", "consent_no_text", member.Enrol{Consents: []member.Agreement{{Purpose: "terms", Granted: true}}}},
			{"/consents/0/text_hash", "text_invalid", member.Enrol{Consents: []member.Agreement{{Purpose: "terms", Granted: true, TextHash: []byte{1}}}}},
			{"/consents/1/purpose", "duplicate", member.Enrol{Consents: []member.Agreement{{Purpose: "terms"}, {Purpose: "terms"}}}},
			{"/store_id", "not_known", member.Enrol{Store: verno.StoreID{1}}},
			{"/programme_id", "not_known", member.Enrol{Programme: verno.ProgrammeID{1}}},
			{"/card_number", "card_number_invalid", member.Enrol{CardNumber: "9000 0000 0000 0000 1"}},
		} {
			_, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), c.q)
			b.wrong(err, c.pointer, c.code)
		}
		list, err := b.roll.List(b.ctx, b.actor, verno.MemberID{}, 0)
		b.must(err)
		if len(list) != 0 {
			t.Errorf("%d members got in", len(list))
		}
	})
}

// TestTillsEnrolOnly: a till takes people in at its own store, sets no tags, and neither reads nor changes a member.
func TestTillsEnrolOnly(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		till := b.till()
		m, err := b.roll.Enrol(b.ctx, till, b.clock(), member.Enrol{Person: anna(), Store: verno.StoreID{9}, IssueCard: true})
		b.must(err)
		if m.Store != b.made.Store {
			t.Errorf("enrolled at %s", m.Store)
		}
		for name, fn := range map[string]func() error{
			"tags": func() error {
				_, err := b.roll.Enrol(b.ctx, till, b.clock(), member.Enrol{Tags: []string{"staff"}})
				return err
			},
			"read":   func() error { _, err := b.roll.Read(b.ctx, till, m.ID); return err },
			"list":   func() error { _, err := b.roll.List(b.ctx, till, verno.MemberID{}, 1); return err },
			"search": func() error { _, err := b.roll.Search(b.ctx, till, member.Search{Name: "Анна"}); return err },
			"points": func() error { _, err := b.roll.Points(b.ctx, till, b.clock(), m.ID); return err },
			"cards":  func() error { _, err := b.roll.Cards(b.ctx, till, m.ID); return err },
			"update": func() error {
				_, err := b.roll.Update(b.ctx, till, b.clock(), m.ID, 1, member.Change{})
				return err
			},
			"adjust": func() error {
				_, err := b.roll.Adjust(b.ctx, till, b.clock(), member.Adjust{Member: m.ID, Points: 1, Reason: "goodwill"})
				return err
			},
			"block":  func() error { _, err := b.roll.BlockCard(b.ctx, till, b.clock(), m.Cards[0].ID, "x"); return err },
			"erase":  func() error { return b.roll.Erase(b.ctx, till, b.clock(), m.ID, "") },
			"export": func() error { _, err := b.roll.Export(b.ctx, till, b.clock(), m.ID); return err },
			"merge": func() error {
				_, err := b.roll.Merge(b.ctx, till, b.clock(), member.Merge{From: m.ID, Into: m.ID})
				return err
			},
			"freeze": func() error { _, err := b.roll.Freeze(b.ctx, till, m.ID); return err },
			"stock":  func() error { _, err := b.roll.StockCards(b.ctx, till, b.clock(), 1); return err },
			"bulk": func() error {
				_, err := b.roll.BulkUpsert(b.ctx, till, b.clock(), make([]member.Row, 1))
				return err
			},
		} {
			if err := fn(); !errors.Is(err, verno.Forbidden("permission_missing")) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
