package pass_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/apnstest"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/money"
)

// speaks says whether a pass tells of changes.
func speaks(t *testing.T, raw []byte, now time.Time) (aloud bool) {
	t.Helper()
	r, err := pass.Inspect(raw, now)
	if err != nil {
		t.Fatal(err)
	}
	style, _ := r.Pass["storeCard"].(map[string]any)
	for _, group := range []string{"headerFields", "primaryFields", "secondaryFields", "auxiliaryFields"} {
		list, _ := style[group].([]any)
		for _, one := range list {
			if f, _ := one.(map[string]any); f["changeMessage"] != nil {
				aloud = true
			}
		}
	}
	return aloud
}

// changedBy has a card changed by something.
func changedBy(t *testing.T, s *store.Store, id verno.CardID, cause int64) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE pass SET cause = $1 WHERE card_id = $2`, cause, id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestPhonesLightUpSoOften: beyond what a member bears in a week a card changes in silence; each phone that fetches the same
// is told the same; a week later it may speak again.
func TestPhonesLightUpSoOften(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now, ctx := signedAt, t.Context()
		p, actor := keeping(t, s, &now)
		kind, _ := card.Find("points")
		template, points := kind.Template("Card"), money.Points(0)
		p.Facts = func(context.Context, verno.TenantID, verno.CardID, time.Time) (card.Template, card.Facts, error) {
			facts := somebody()
			facts.Points.Available = points
			return template, facts, nil
		}
		if _, err := p.ImportCertificate(ctx, actor, signer(t, "rsa").Signer, false); err != nil {
			t.Fatal(err)
		}
		if err := p.SetRings(ctx, actor, 2); err != nil {
			t.Fatal(err)
		}
		issued := store.Pass{Tenant: actor.Tenant, Card: verno.CardID{1}, Member: verno.MemberID{1}, Template: verno.TemplateID{1}, Serial: "serial", CreatedAt: now}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.InsertPass(ctx, issued)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		fetch := func() bool {
			t.Helper()
			read, err := s.Reader().Pass(ctx, actor.Tenant, issued.Card)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := p.FetchedPass(ctx, read, now)
			if err != nil {
				t.Fatal(err)
			}
			return speaks(t, raw, now)
		}
		for day, want := range []bool{true, true, true, false, false} {
			points, now = money.Points(100+day), signedAt.AddDate(0, 0, day)
			changedBy(t, s, issued.Card, int64(day))
			if got := fetch(); got != want {
				t.Errorf("on day %d it speaks: %t", day, got)
			}
			if got := fetch(); got != want {
				t.Errorf("on day %d another phone is told otherwise", day)
			}
		}
		points, now = 500, signedAt.AddDate(0, 0, 9)
		changedBy(t, s, issued.Card, 100)
		if !fetch() {
			t.Error("a week later it is still silent")
		}
		if raw, err := p.ApplePass(ctx, issued, now); err != nil {
			t.Error(err)
		} else if !speaks(t, raw, now) {
			t.Error("a pass that no phone fetches is silenced")
		}
	})
}

// TestNewsAreSpokenOf as they come, against what a member bears, and are taken off the card in silence, which costs nothing.
func TestNewsAreSpokenOf(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now, ctx := signedAt, t.Context()
		p, actor := keeping(t, s, &now)
		kind, _ := card.Find("points")
		template, facts := kind.Template("Card"), somebody()
		facts.News = nil
		p.Facts = func(context.Context, verno.TenantID, verno.CardID, time.Time) (card.Template, card.Facts, error) {
			return template, facts, nil
		}
		if _, err := p.ImportCertificate(ctx, actor, signer(t, "rsa").Signer, false); err != nil {
			t.Fatal(err)
		}
		if err := p.SetRings(ctx, actor, 2); err != nil {
			t.Fatal(err)
		}
		issued := store.Pass{Tenant: actor.Tenant, Card: verno.CardID{1}, Member: verno.MemberID{1}, Template: verno.TemplateID{1}, Serial: "serial", CreatedAt: now}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.InsertPass(ctx, issued)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for i, step := range []struct {
			news   card.Text
			points money.Points
			says   string // of the news
			rings  int64  // by then
		}{
			{nil, 100, "", 0},
			{card.Both("Pies", "Пироги"), 100, "%@", 1},
			{nil, 100, "", 1},
			{nil, 101, "", 2},
			{card.Both("Buns", "Булки"), 101, "", 2}, // More than they bear.
		} {
			facts.News, facts.Points.Available, now = step.news, step.points, now.Add(time.Minute)
			read, err := s.Reader().Pass(ctx, actor.Tenant, issued.Card)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := p.FetchedPass(ctx, read, now)
			if err != nil {
				t.Fatal(err)
			}
			if got := newsSaid(t, raw, now); got != step.says {
				t.Errorf("step %d: the news say %q, want %q", i, got, step.says)
			}
			if n, err := s.Reader().Rings(ctx, actor.Tenant, issued.Member, now.Add(-time.Hour)); err != nil || n != step.rings {
				t.Errorf("step %d: it spoke %d times, want %d, %v", i, n, step.rings, err)
			}
		}
	})
}

// newsSaid is what the field of news says of its change.
func newsSaid(t *testing.T, raw []byte, now time.Time) string {
	t.Helper()
	r, err := pass.Inspect(raw, now)
	if err != nil {
		t.Fatal(err)
	}
	style, _ := r.Pass["storeCard"].(map[string]any)
	list, _ := style["backFields"].([]any)
	for _, one := range list {
		if f, _ := one.(map[string]any); f["key"] == "news" {
			said, _ := f["changeMessage"].(string)
			return said
		}
	}
	t.Fatal("the card has no news")
	return ""
}

// TestRingsAreSettled within bounds, by who may.
func TestRingsAreSettled(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now, ctx := signedAt, t.Context()
		p, actor := keeping(t, s, &now)
		if n, err := p.Rings(ctx, actor.Tenant); err != nil || n != pass.UsualRings {
			t.Errorf("%d a week, %v", n, err)
		}
		for _, n := range []int64{-1, pass.MostRings + 1} {
			if err := p.SetRings(ctx, actor, n); verno.AsError(err) == nil || verno.AsError(err).Kind != verno.KindInvalid {
				t.Errorf("%d: %v", n, err)
			}
		}
		if err := p.SetRings(ctx, verno.Actor{Tenant: actor.Tenant, May: verno.MayReadConfig}, 1); !errors.Is(err, verno.Forbidden("permission_missing")) {
			t.Errorf("by who may not: %v", err)
		}
	})
}

// TestGoogleSpeaksSoOften: beyond what a member bears in a week Google is told without a sound.
func TestGoogleSpeaksSoOften(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		if err := b.passes.SetRings(t.Context(), boss(b.tenant), 2); err != nil {
			t.Fatal(err)
		}
		p := b.save()
		b.write(func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE pass SET member_id = $1 WHERE tenant = $2 AND card_id = $3`,
				verno.NewID[verno.MemberID](b.clock(), rand.Reader), b.tenant, p.Card)
			return err
		})
		for day := range 4 {
			b.pass(25 * time.Hour)
			b.setPoints(p.Card, money.Points(200+day))
			b.tell()
		}
		if changes, _ := b.google.Spoken(b.read(p.Card).GoogleID); changes != 2 || b.balance(p) != "203" {
			t.Errorf("Google spoke %d times, and shows %s", changes, b.balance(p))
		}
		b.pass(8 * 24 * time.Hour)
		b.setPoints(p.Card, 300)
		b.tell()
		if changes, _ := b.google.Spoken(b.read(p.Card).GoogleID); changes != 3 {
			t.Errorf("Google spoke %d times", changes)
		}
	})
}

// TestTwoWalletsTellOnce: one change that Google and Apple tell the same member counts once of what is borne in a week, and
// neither is silenced by the other.
func TestTwoWalletsTellOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, ctx := newShop(t, s), t.Context()
		if err := b.passes.SetRings(ctx, boss(b.tenant), 1); err != nil {
			t.Fatal(err)
		}
		if _, err := b.passes.ImportCertificate(ctx, boss(b.tenant), signer(t, "rsa").Signer, false); err != nil {
			t.Fatal(err)
		}
		p, member := b.save(), verno.NewID[verno.MemberID](b.clock(), rand.Reader)
		b.write(func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE pass SET member_id = $1 WHERE tenant = $2 AND card_id = $3`, member, b.tenant, p.Card)
			return err
		})
		fetch := func() bool {
			t.Helper()
			raw, err := b.passes.FetchedPass(ctx, b.read(p.Card), b.clock())
			if err != nil {
				t.Fatal(err)
			}
			return speaks(t, raw, b.clock())
		}
		fetch() // What is fetched for the first time speaks of nothing.
		for change, want := range []bool{true, false} {
			b.pass(25 * time.Hour)
			b.setPoints(p.Card, money.Points(200+change))
			b.tell()
			if got := fetch(); got != want {
				t.Errorf("change %d: Apple speaks: %t", change, got)
			}
			n, err := s.Reader().Rings(ctx, b.tenant, member, b.clock().Add(-48*time.Hour))
			if changes, _ := b.google.Spoken(b.read(p.Card).GoogleID); err != nil || n != 1 || changes != 1 {
				t.Errorf("change %d: %d rings, Google spoke %d times, %v", change, n, changes, err)
			}
		}
	})
}

// TestAnotherClassEndsTheOld: a card whose template becomes one of another class of Google's is made anew there, and what it
// was is inactive, also where Google would not hear of that at once.
func TestAnotherClassEndsTheOld(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		p := b.save()
		before := b.read(p.Card).GoogleID
		for _, k := range card.Kinds() {
			if k.Class == card.ClassGeneric {
				b.mu.Lock()
				b.template = k.Template("Card")
				b.mu.Unlock()
				break
			}
		}
		b.google.Fail(googletest.Fault{Match: "PATCH loyaltyObject", Status: http.StatusServiceUnavailable})
		b.due(p.Card)
		b.tell()
		if state := b.google.Find("loyaltyObject", p.Serial)["state"]; state != "ACTIVE" {
			t.Errorf("the old one is %v before Google would hear of it", state)
		}
		b.pass(time.Hour)
		b.tell()
		if state := b.google.Find("loyaltyObject", p.Serial)["state"]; state != "INACTIVE" {
			t.Errorf("the old one is %v", state)
		}
		now := b.read(p.Card)
		if b.google.Find("genericObject", p.Serial) == nil || now.GoogleID == before || !now.GoogleDue.IsZero() {
			t.Errorf("the new one: %+v", now)
		}
		calls := len(b.google.Calls())
		b.due(p.Card)
		b.tell()
		if len(b.google.Calls()) != calls {
			t.Errorf("it is told again: %v", b.google.Calls()[calls:])
		}
	})
}

// TestWhatCameOfTelling is counted by wallet and reason.
func TestWhatCameOfTelling(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		stays, left := b.join(1), b.join(1)
		b.settle()
		b.apns.Break(func(_ int64, token string) *apnstest.Fault {
			if token == tokenOfPass(left) {
				return &apnstest.Fault{Status: http.StatusGone, Reason: "Unregistered"}
			}
			return nil
		})
		b.bought(stays, 1)
		b.bought(left, 1)
		since := b.clock().Truncate(time.Hour)
		b.settle()
		counts, err := b.store.Reader().PushCounts(t.Context(), b.tenant, since)
		if err != nil {
			t.Fatal(err)
		}
		sums := map[store.PushCount]int64{}
		for _, c := range counts {
			n := c.Times
			c.Times = 0
			sums[c] = n
		}
		told, gone := sums[store.PushCount{Wallet: "ApplePass", Outcome: store.PushTold}], sums[store.PushCount{Wallet: "ApplePass", Outcome: store.PushGone, Why: "410 Unregistered"}]
		if told != 3 || gone != 1 {
			t.Errorf("told %d, gone %d: %v", told, gone, counts)
		}
	})
}
