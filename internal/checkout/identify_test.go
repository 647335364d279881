package checkout_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/vault"
)

func anna(e *member.Enrol) {
	e.ExternalID = "CRM-17"
	e.Person = vault.Person{Phone: "8 916 123-45-67", FirstName: "Анна", LastName: "Королёва", Birthday: "1990-11-22"}
}

// TestOneFieldFindsTheMember: whatever is scanned or typed into the one field leads to the same member, by the method that
// it was. Only a live code and an integration prove that the member is there; who typed a number sees no balance, and no
// name either.
func TestOneFieldFindsTheMember(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol(anna)
		b.give(g, 700)
		for _, c := range []struct {
			who    checkout.Identify
			at     verno.Actor
			method verno.Method
			strong bool
			name   string
		}{
			{checkout.Identify{Scan: g.secret.Number}, b.at(0), verno.MethodCardNumber, false, ""},
			{checkout.Identify{Scan: code.Number(g.secret.Number).Spaced()}, b.at(0), verno.MethodCardNumber, false, ""},
			{checkout.Identify{Scan: g.static()}, b.at(0), verno.MethodStaticCode, false, "Анна"},
			{checkout.Identify{Scan: b.live(g)}, b.at(0), verno.MethodLiveCode, true, "Анна"},
			{checkout.Identify{Scan: "+7 (916) 123-45-67"}, b.at(1), verno.MethodPhone, false, ""},
			{checkout.Identify{Scan: "CRM-17"}, b.at(1), verno.MethodExternalID, false, ""},
			{checkout.Identify{ExternalID: "CRM-17"}, b.at(2), verno.MethodExternalID, false, ""},
			{checkout.Identify{Member: g.ID, Store: b.made.Store}, b.boss, verno.MethodMemberID, true, "Анна"},
		} {
			found, err := b.till.Identify(b.ctx, c.at, c.who)
			b.must(err)
			v := found.View
			if found.Method != c.method || found.Strong != c.strong || v.Member != g.ID || v.FirstName != c.name {
				t.Errorf("%+v: %+v", c.who, found)
			}
			if (v.Balance != nil) != c.strong || c.strong && *v.Balance != 700 || !c.strong && v.SpendCap != 100 {
				t.Errorf("%s: balance %v, may spend %d", c.method, v.Balance, v.SpendCap)
			}
			if strings.Contains(v.Phone, "123") || !found.Until.Equal(b.clock().Add(verno.PresenceLife)) {
				t.Errorf("%s: phone %s, until %v", c.method, v.Phone, found.Until)
			}
		}
		if n := len(b.events(verno.EventIdentified)); n != 8 {
			t.Errorf("%d look-ups are in the audit", n)
		}
		_, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{Member: g.ID})
		b.refused(err, "permission_missing")
		_, err = b.till.Identify(b.ctx, verno.Actor{Tenant: b.boss.Tenant}, checkout.Identify{Scan: g.static()})
		b.refused(err, "permission_missing")
	})
}

// TestLiveCode: a live code is taken in its own step and the next one, once; one of an earlier step is not taken after it.
// Whoever shows a code for the second time is put down in the audit.
func TestLiveCode(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		a := b.at(0)
		try := func(scan, want string) {
			t.Helper()
			_, err := b.till.Identify(b.ctx, a, checkout.Identify{Scan: scan})
			b.refused(err, want)
		}
		first := b.live(g)
		b.later(code.Step)
		second := b.live(g)
		try(second, "")
		try(first, "code_used")
		try(second, "code_used")
		if used := b.events(verno.EventCodeReused); len(used) != 2 || used[0].Subject != g.card.String() || used[0].Detail["terminal"] != b.tills[0].String() {
			t.Errorf("audit %+v", used)
		}
		b.later(code.Step)
		third := b.live(g)
		b.later(code.Step)
		try(third, "") // a step old
		b.later(3 * code.Step)
		try(third, "code_expired")
		wrong := []byte(b.live(g))
		wrong[len(wrong)-1] = '0' + (wrong[len(wrong)-1]-'0'+1)%10
		try(string(wrong), "code_expired")

		// Thirty tills scan one code at once: one of them gets in.
		b.later(code.Step)
		scan, in := b.live(g), atomic.Int64{}
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				switch _, err := b.till.Identify(b.ctx, a, checkout.Identify{Scan: scan}); codeOf(err) {
				case "":
					in.Add(1)
				case "code_used":
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 {
			t.Errorf("%d got in by one code", in.Load())
		}
	})
}

// TestUselessCards: a card that nobody has, one that is blocked, replaced, blank, or whose member is erased get one and the
// same answer, as do numbers and phones that lead nowhere.
func TestUselessCards(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		blocked, replaced, erased := b.enrol(), b.enrol(), b.enrol(anna)
		_, err := b.roll.BlockCard(b.ctx, b.boss, b.clock(), blocked.card, "lost")
		b.must(err)
		_, err = b.roll.ReplaceCard(b.ctx, b.boss, b.clock(), member.CardRequest{Card: replaced.card})
		b.must(err)
		b.must(b.roll.Erase(b.ctx, b.boss, b.clock(), erased.ID, ""))
		blank, err := b.roll.StockCards(b.ctx, b.boss, b.clock(), 1)
		b.must(err)
		nobody := b.enrol()
		scans := []string{
			blank[0].Number, blank[0].Machine, blocked.secret.Number, blocked.static(), b.live(blocked), replaced.secret.Number, replaced.static(),
			b.live(replaced), erased.secret.Number, erased.static(), b.live(erased), "+7 916 123-45-67", "+7 999 000-00-00", "CRM-17", "CRM-18",
			string(code.NewNumber(strings.NewReader("0123456789abcdefghij0123456789"))),
		}
		for _, scan := range scans {
			_, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{Scan: scan})
			e := verno.AsError(err)
			if e == nil || e.Kind != verno.KindNotFound || e.Code != "card_not_usable" || len(e.Params)+len(e.Fields) > 0 {
				t.Errorf("%s: %v", scan, err)
			}
		}
		_, err = b.till.Identify(b.ctx, b.boss, checkout.Identify{Member: erased.ID, Store: b.made.Store})
		b.refused(err, "card_not_usable")
		_, err = b.till.Identify(b.ctx, b.boss, checkout.Identify{Member: verno.MemberID{1}, Store: b.made.Store})
		b.refused(err, "card_not_usable")
		for _, scan := range []string{"", "   ", strings.Repeat("9", 100), nobody.static()[:len(nobody.static())-1] + "x\x00", strings.Repeat("я", 300)} {
			if _, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{Scan: scan}); err == nil {
				t.Errorf("%q was found", scan)
			}
		}
		if n := len(b.events(verno.EventIdentified)); n != 0 {
			t.Errorf("%d got in", n)
		}
	})
}

// TestLookUpBudget: a till looks up so many in an hour; another till, an integration and the next hour are not concerned.
func TestLookUpBudget(t *testing.T) {
	t.Parallel()
	eachWith(t, checkout.Limits{LookupsPerHour: 3}, func(t *testing.T, b *bundle) {
		g := b.enrol()
		for range 3 {
			b.scan(b.at(0), g.static())
		}
		_, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{Scan: g.static()})
		b.refused(err, "rate_limited")
		if e := verno.AsError(err); e.Kind != verno.KindLimited || e.Retry != 3600 {
			t.Errorf("limited: %+v", e)
		}
		b.scan(b.at(1), g.static())
		for range 5 {
			b.known(g)
		}
		b.later(time.Hour)
		b.scan(b.at(0), g.static())
	})
}

// TestMissBudget: who guesses numbers at a till is stopped, and a right guess does not get through then; wrong digits of a
// live code count as guesses. A scanned static code, which nobody can guess, still works.
func TestMissBudget(t *testing.T) {
	t.Parallel()
	eachWith(t, checkout.Limits{MissesPerHour: 4}, func(t *testing.T, b *bundle) {
		g := b.enrol(anna)
		try := func(a verno.Actor, scan, want string) {
			t.Helper()
			_, err := b.till.Identify(b.ctx, a, checkout.Identify{Scan: scan})
			b.refused(err, want)
		}
		wrong := b.live(g)
		b.later(3 * code.Step)
		for range 2 {
			try(b.at(0), wrong, "code_expired")
			try(b.at(0), "+7 999 000-00-00", "card_not_usable")
		}
		try(b.at(0), "+7 999 000-00-01", "rate_limited")
		try(b.at(0), "+7 916 123-45-67", "rate_limited")
		try(b.at(0), b.live(g), "rate_limited")
		if told := b.events(verno.EventLookupsExceeded); len(told) != 1 || told[0].Detail["what"] != "misses" {
			t.Errorf("told of guessing: %+v", told)
		}
		try(b.at(0), g.static(), "")
		try(b.at(1), "+7 916 123-45-67", "")
		b.later(time.Hour)
		try(b.at(0), "+7 916 123-45-67", "")
	})
}

// TestPresenceIsBound: a presence counts where it was given out, for who got it, for five minutes, and is no other text.
func TestPresenceIsBound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		p := b.show(b.at(0), g)
		quote := func(a verno.Actor, presence, want string) {
			t.Helper()
			s := checkout.Sale{Presence: presence, Basket: tea(100_00)}
			if a.Store.IsZero() {
				s.Store = b.made.Store
			}
			_, err := b.till.Quote(b.ctx, a, s, checkout.QuoteOptions{})
			b.refused(err, want)
		}
		quote(b.at(0), p, "")
		quote(b.at(1), p, "presence_invalid")
		quote(b.boss, p, "presence_invalid")
		other := b.boss
		other.APIKey = verno.APIKeyID{1}
		quote(b.boss, b.known(g), "")
		quote(other, b.known(g), "presence_invalid")
		turned := []byte(p)
		turned[len(turned)/2] ^= 1
		for _, text := range []string{"prs_", "x", p[:len(p)-1], p + "A", p[4:], "prs_" + strings.Repeat("A", 5000), string(turned)} {
			quote(b.at(0), text, "presence_invalid")
		}
		b.later(verno.PresenceLife - time.Microsecond)
		quote(b.at(0), p, "")
		b.later(time.Microsecond)
		quote(b.at(0), p, "presence_invalid")
		stranger := b.at(0)
		stranger.Tenant = verno.TenantID{7}
		_, err := b.till.Quote(b.ctx, stranger, checkout.Sale{Presence: p, Basket: tea(1)}, checkout.QuoteOptions{})
		if err == nil {
			t.Error("another tenant's presence counts")
		}
	})
}

// TestPresenceEndsWithTheCard: blocking or replacing the card, freezing, unfreezing and merging end every presence that
// was given out before, also that of another card.
func TestPresenceEndsWithTheCard(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(b *bundle, g *guest) error{
		"block": func(b *bundle, g *guest) error {
			_, err := b.roll.BlockCard(b.ctx, b.boss, b.clock(), g.card, "stolen")
			return err
		},
		"replace": func(b *bundle, g *guest) error {
			_, err := b.roll.ReplaceCard(b.ctx, b.boss, b.clock(), member.CardRequest{Card: g.card})
			return err
		},
		"freeze": func(b *bundle, g *guest) error { _, err := b.roll.Freeze(b.ctx, b.boss, g.ID); return err },
		"merge": func(b *bundle, g *guest) error {
			_, err := b.roll.Merge(b.ctx, b.boss, b.clock(), member.Merge{From: g.ID, Into: b.enrol().ID})
			return err
		},
		"erase": func(b *bundle, g *guest) error { return b.roll.Erase(b.ctx, b.boss, b.clock(), g.ID, "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bundle) {
				g := b.enrol()
				b.give(g, 500)
				a, s := b.at(0), b.saleOf(b.show(b.at(0), g), tea(100_00), 50)
				c := b.commitOf(a, s, b.quote(a, s))
				b.must(end(b, g))
				_, err := b.till.Quote(b.ctx, a, s, checkout.QuoteOptions{})
				b.refused(err, "presence_stale")
				_, _, err = b.till.Commit(b.ctx, a, c)
				if got := codeOf(err); got != "presence_stale" && (got != "owner_moved" || name != "merge") {
					t.Errorf("commit: %v", err)
				}
				_, err = b.till.Put(b.ctx, a, "open", s)
				b.refused(err, "presence_stale")
				_, _, err = b.till.Hold(b.ctx, a, checkout.PlaceHold{Key: "h", Presence: s.Presence, Kind: verno.UnitPoints, Amount: 1, Life: time.Hour})
				if got := codeOf(err); got != "presence_stale" && (got != "owner_moved" || name != "merge") {
					t.Errorf("hold: %v", err)
				}
				if !b.unseen(c.Key) || !b.unseen("h") {
					t.Error("a key was used up")
				}
			})
		})
	}
}

// TestMergedMembers: who was merged is found by its own card and number, as who it has become.
func TestMergedMembers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		from, into := b.enrol(anna), b.enrol()
		b.give(from, 300)
		b.give(into, 40)
		_, err := b.roll.Merge(b.ctx, b.boss, b.clock(), member.Merge{From: from.ID, Into: into.ID})
		b.must(err)
		b.later(code.Step)
		for _, scan := range []string{b.live(from), b.live(into), from.static(), from.secret.Number, "+7 916 123-45-67", "CRM-17"} {
			found, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{Scan: scan})
			b.must(err)
			if found.View.Member != into.ID || found.Strong && *found.View.Balance != 340 {
				t.Errorf("%s: %+v", scan, found.View)
			}
		}
		b.later(code.Step)
		if p, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{Scan: b.live(from)}); err != nil || p.View.SpendCap != 0 || !p.View.Frozen {
			t.Errorf("another phone spends at once: %+v, %v", p, err)
		}
		b.later(48 * time.Hour)
		r := b.sell(b.boss, b.saleOf(b.known(from), tea(500_00), 340))
		if r.Member != into.ID || r.Owner != into.Owner || r.Totals.Points != 340 {
			t.Errorf("receipt %+v", r)
		}
		b.back(r)
		b.has(into, 340)
	})
}
