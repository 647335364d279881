package pass_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/money"
)

// told are the colour of a pass and the keys of the fields on its front that speak of their changes.
func told(t *testing.T, raw []byte, now time.Time) (colour string, aloud []string) {
	t.Helper()
	r, err := pass.Inspect(raw, now)
	if err != nil {
		t.Fatal(err)
	}
	colour, _ = r.Pass["backgroundColor"].(string)
	style, _ := r.Pass["storeCard"].(map[string]any)
	for _, group := range []string{"headerFields", "primaryFields", "secondaryFields", "auxiliaryFields"} {
		list, _ := style[group].([]any)
		for _, one := range list {
			if f, _ := one.(map[string]any); f["changeMessage"] != nil {
				key, _ := f["key"].(string)
				aloud = append(aloud, key)
			}
		}
	}
	return colour, aloud
}

// TestLevelIsSpokenOf is a purchase that earns points and a level: the pass takes the colours of the level and speaks of the
// level alone, as a phone that hears of two changes says of neither what it is. The next purchase speaks of points again.
func TestLevelIsSpokenOf(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now, ctx := signedAt, t.Context()
		p, actor := keeping(t, s, &now)
		kind, _ := card.Find("points")
		template, facts := kind.Template("Card"), somebody()
		template.Design.Looks = map[string]card.Look{"gold": {Colours: card.Colours{Background: "#7a5c00", Foreground: "#ffffff", Label: "#ffffff"}}}
		p.Facts = func(context.Context, verno.TenantID, verno.CardID, time.Time) (card.Template, card.Facts, error) {
			return template, facts, nil
		}
		if _, err := p.ImportCertificate(ctx, actor, signer(t, "rsa").Signer, false); err != nil {
			t.Fatal(err)
		}
		issued := store.Pass{Tenant: actor.Tenant, Card: verno.CardID{1}, Member: verno.MemberID{1}, Template: verno.TemplateID{1}, Serial: "serial", CreatedAt: now}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.InsertPass(ctx, issued)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		usual, gold := "rgb(11,61,46)", "rgb(122,92,0)"
		for i, step := range []struct {
			level, id string
			points    money.Points
			colour    string
			aloud     []string
		}{
			{"", "", 10, usual, []string{"balance"}},
			{"Silver", "silver", 20, usual, []string{"level", "balance"}}, // The first level is new to the card, so that points are told.
			{"Gold", "gold", 30, gold, []string{"level"}},
			{"Gold", "gold", 40, gold, []string{"level", "balance"}},
			{"Silver", "silver", 40, usual, []string{"level"}},
		} {
			facts.Level, facts.LevelID, facts.Points.Available = step.level, step.id, step.points
			changedBy(t, s, issued.Card, int64(i))
			for range 2 { // A second phone is told as the first was.
				read, err := s.Reader().Pass(ctx, actor.Tenant, issued.Card)
				if err != nil {
					t.Fatal(err)
				}
				raw, err := p.FetchedPass(ctx, read, now)
				if err != nil {
					t.Fatal(err)
				}
				if colour, aloud := told(t, raw, now); colour != step.colour || !slices.Equal(aloud, step.aloud) {
					t.Errorf("step %d: %s, %v; want %s, %v", i, colour, aloud, step.colour, step.aloud)
				}
			}
		}
		if n, err := s.Reader().Rings(ctx, actor.Tenant, issued.Member, now.Add(-time.Hour)); err != nil || n != 4 {
			t.Errorf("it spoke %d times, %v", n, err)
		}
	})
}

// TestNewLevelIsOnePush: a purchase with which the level changes makes the card look different, be it in its
// colours alone, and the phone is told once.
func TestNewLevelIsOnePush(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		p := b.join(1)
		b.settle()
		before := b.read(p.Card)
		heard := b.heard(p)
		b.mu.Lock()
		b.shop.template.Design.Looks = map[string]card.Look{"gold": {Colours: card.Colours{Background: "#7a5c00"}}}
		x := b.facts[p.Card]
		x.LevelID = "gold"
		b.facts[p.Card] = x
		b.mu.Unlock()
		b.bought(p, 0)
		b.settle()
		after := b.read(p.Card)
		if after.Tag <= before.Tag || b.heard(p) != heard+1 {
			t.Errorf("tag %d after %d, told %d times", after.Tag, before.Tag, b.heard(p)-heard)
		}
		b.bought(p, 0)
		b.settle()
		if b.read(p.Card).Tag != after.Tag || b.heard(p) != heard+1 {
			t.Error("a card that looks as before is told of")
		}
	})
}
