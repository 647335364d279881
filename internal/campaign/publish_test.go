package campaign_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// TestBootstrap: one call leaves a chain that can sell, with a version that compiles and the units that its accounts
// count in.
func TestBootstrap(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		r := b.store.Reader()
		v, err := r.PublishedVersion(b.ctx, b.actor.Tenant, b.made.Programme)
		b.must(err)
		if rules, problems := promo.Compile(v); rules == nil || v.Number != 1 || v.PublishedBy != b.actor.Name() {
			t.Fatalf("version %d by %s: %v", v.Number, v.PublishedBy, problems)
		}
		if got := v.Promotions[0].Name; got != "5 % баллами" {
			t.Errorf("the promotion is called %q in a Russian tenant", got)
		}
		s, err := r.Place(b.ctx, b.actor.Tenant, b.made.Store)
		b.must(err)
		if s.TimeZone != "Europe/Moscow" || s.Issuer != b.made.Issuer || s.ExternalID != "S1" {
			t.Errorf("the store is %+v", s)
		}
		unit, err := r.MoneyUnit(b.ctx, b.actor.Tenant, b.made.Issuer, "RUB")
		b.must(err)
		if unit.Kind != verno.UnitMoney || unit.Scale != 2 {
			t.Errorf("the unit of money is %+v", unit)
		}
		if _, err := r.Unit(b.ctx, b.actor.Tenant, verno.PointsUnit(b.made.Programme)); err != nil {
			t.Errorf("the unit of points: %v", err)
		}
	})
}

// TestPublish: drafts change nothing until they are published; then they are a version of their own, and the event says
// what has changed.
func TestPublish(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		p, err := b.office.CreatePromotion(b.ctx, b.actor, now, b.made.Programme, percentOff("Осень", "7"))
		b.must(err)
		v, err := b.store.Reader().PublishedVersion(b.ctx, b.actor.Tenant, b.made.Programme)
		b.must(err)
		if len(v.Promotions) != 1 {
			t.Fatal("a draft is in force before it was published")
		}
		config := b.configVersion()
		v, err = b.office.Publish(b.ctx, b.actor, now.Add(time.Hour), b.made.Programme, 0, "осенняя скидка")
		b.must(err)
		if v.Number != 2 || len(v.Promotions) != 2 || v.Note != "осенняя скидка" {
			t.Fatalf("published %d with %d promotions", v.Number, len(v.Promotions))
		}
		if b.configVersion() != config+1 {
			t.Error("the tills are not told")
		}
		last := b.events()[len(b.events())-1]
		if last.Kind != verno.EventConfigPublished || last.Detail["added"] != p.Draft.ID.String() || last.Detail["number"] != "2" {
			t.Errorf("the audit says %v %v", last.Kind, last.Detail)
		}
		again, err := b.office.Publish(b.ctx, b.actor, now.Add(2*time.Hour), b.made.Programme, 0, "ещё раз")
		b.must(err)
		if again.Number != 2 || again.Note != "осенняя скидка" {
			t.Errorf("publishing nothing new made version %d", again.Number)
		}
	})
}

// TestRollback: an older version comes back under a new number, history stays, and the drafts are not touched.
func TestRollback(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		p, err := b.office.CreatePromotion(b.ctx, b.actor, now, b.made.Programme, percentOff("Осень", "7"))
		b.must(err)
		_, err = b.office.Publish(b.ctx, b.actor, now.Add(time.Minute), b.made.Programme, 0, "")
		b.must(err)
		v, err := b.office.Rollback(b.ctx, b.actor, now.Add(2*time.Minute), b.made.Programme, 1, "не то")
		b.must(err)
		if v.Number != 3 || len(v.Promotions) != 1 {
			t.Fatalf("rolled back to version %d with %d promotions", v.Number, len(v.Promotions))
		}
		heads, err := b.office.Versions(b.ctx, b.actor, b.made.Programme, 0, 10)
		b.must(err)
		if len(heads) != 3 || heads[0].Number != 3 || heads[2].Number != 1 {
			t.Errorf("the versions are %+v", heads)
		}
		second, err := b.office.Version(b.ctx, b.actor, b.made.Programme, 2)
		b.must(err)
		if len(second.Promotions) != 2 {
			t.Error("a version has changed")
		}
		if _, err := b.office.Promotion(b.ctx, b.actor, p.Draft.ID); err != nil {
			t.Errorf("the draft: %v", err)
		}
		for moment, want := range map[time.Duration]int64{-time.Hour: 1, 90 * time.Second: 2, time.Hour: 3} {
			got, err := b.store.Reader().VersionNumberAt(b.ctx, b.actor.Tenant, b.made.Programme, verno.Micros(now.Add(moment)))
			b.must(err)
			if got != want {
				t.Errorf("at %v version %d was in force, want %d", moment, got, want)
			}
		}
		_, err = b.office.Rollback(b.ctx, b.actor, now, b.made.Programme, 99, "")
		b.refused(err, "not_found")
	})
}

// TestBrokenVersionIsNotPublished: what the rules would refuse is said with a pointer, and nothing changes.
func TestBrokenVersionIsNotPublished(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		draft := percentOff("Золото", "7")
		draft.Audience.Levels = []string{"gold"}
		_, err := b.office.CreatePromotion(b.ctx, b.actor, now, b.made.Programme, draft)
		b.wrong(err, "/audience/levels/0", "unknown_level")

		p, err := b.office.Programme(b.ctx, b.actor, b.made.Programme)
		b.must(err)
		p.Draft.Levels.Levels = []verno.Level{{ID: "gold", Name: "Золото", From: 100_000}}
		p, err = b.office.ChangeProgramme(b.ctx, b.actor, now, p.Revision, p.Draft)
		b.must(err)
		gold, err := b.office.CreatePromotion(b.ctx, b.actor, now, b.made.Programme, draft)
		b.must(err)
		p.Draft.Levels.Levels = nil
		_, err = b.office.ChangeProgramme(b.ctx, b.actor, now, p.Revision, p.Draft)
		b.must(err)

		pointer := "/promotions/" + gold.Draft.ID.String() + "/audience/levels/0"
		b.wrong(b.office.Validate(b.ctx, b.actor, b.made.Programme), pointer, "unknown_level")
		_, err = b.office.Publish(b.ctx, b.actor, now, b.made.Programme, 0, "")
		b.wrong(err, pointer, "unknown_level")
		v, err := b.store.Reader().PublishedVersion(b.ctx, b.actor.Tenant, b.made.Programme)
		b.must(err)
		if v.Number != 1 {
			t.Errorf("version %d is in force", v.Number)
		}
	})
}

// TestWhatAccountsCountInStays: after the first publication the places of points, the currency and the issuer are fixed,
// and so is a promotion's type.
func TestWhatAccountsCountInStays(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		p, err := b.office.Programme(b.ctx, b.actor, b.made.Programme)
		b.must(err)
		draft := p.Draft
		draft.Points.Scale, draft.Currency = 2, "KZT"
		_, err = b.office.ChangeProgramme(b.ctx, b.actor, now, p.Revision, draft)
		b.wrong(err, "/points/scale", "fixed_by_accounts")
		b.wrong(err, "/currency", "fixed_by_accounts")
		m, err := b.office.Promotion(b.ctx, b.actor, b.made.Promotion)
		b.must(err)
		other := percentOff("Скидка", "5")
		other.ID = m.Draft.ID
		_, err = b.office.ChangePromotion(b.ctx, b.actor, now, m.Revision, other)
		b.wrong(err, "/type", "fixed_by_accounts")
	})
}

// TestStaleRevision: of twenty people who change the same revision one succeeds, and the others are told.
func TestStaleRevision(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		p, err := b.office.Programme(b.ctx, b.actor, b.made.Programme)
		b.must(err)
		var won, stale sync.Map
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				draft := p.Draft
				draft.Name = "Чайка " + strconv.Itoa(i)
				switch _, err := b.office.ChangeProgramme(b.ctx, b.actor, now, p.Revision, draft); {
				case err == nil:
					won.Store(i, draft.Name)
				case verno.AsError(err).Code == "etag_mismatch":
					stale.Store(i, true)
				default:
					t.Errorf("change %d: %v", i, err)
				}
			})
		}
		all.Wait()
		names := 0
		won.Range(func(_, name any) bool {
			names++
			after, err := b.office.Programme(b.ctx, b.actor, b.made.Programme)
			b.must(err)
			if after.Draft.Name != name || after.Revision != p.Revision+1 {
				t.Errorf("the draft is %q at revision %d", after.Draft.Name, after.Revision)
			}
			return true
		})
		if names != 1 {
			t.Errorf("%d changes of one revision succeeded", names)
		}
	})
}

// TestPublishTwiceAtOnce: parallel publications make one version, and numbers have no gap.
func TestPublishTwiceAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		_, err := b.office.CreatePromotion(b.ctx, b.actor, now, b.made.Programme, percentOff("Осень", "7"))
		b.must(err)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				v, err := b.office.Publish(b.ctx, b.actor, now, b.made.Programme, 0, "")
				if err != nil || v.Number != 2 {
					t.Errorf("published %v: %v", v, err)
				}
			})
		}
		all.Wait()
	})
}

// TestArchive: an archived promotion is left out of the next version, can be restored, and not changed meanwhile.
func TestArchive(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		p, err := b.office.CreatePromotion(b.ctx, b.actor, now, b.made.Programme, percentOff("Осень", "7"))
		b.must(err)
		_, err = b.office.Publish(b.ctx, b.actor, now, b.made.Programme, 0, "")
		b.must(err)
		p, err = b.office.ArchivePromotion(b.ctx, b.actor, now, p.Draft.ID, p.Revision)
		b.must(err)
		_, err = b.office.ChangePromotion(b.ctx, b.actor, now, p.Revision, p.Draft)
		b.refused(err, "promotion_archived")
		v, err := b.office.Publish(b.ctx, b.actor, now, b.made.Programme, 0, "")
		b.must(err)
		if len(v.Promotions) != 1 {
			t.Errorf("%d promotions are in force", len(v.Promotions))
		}
		_, err = b.office.RestorePromotion(b.ctx, b.actor, now, p.Draft.ID, p.Revision)
		b.must(err)
		list, err := b.office.Promotions(b.ctx, b.actor, b.made.Programme, false, verno.PromotionID{}, 10)
		b.must(err)
		if len(list) != 2 {
			t.Errorf("%d drafts", len(list))
		}
	})
}

// TestStampsGetAUnit: publishing a stamp card makes what its stamps are counted in.
func TestStampsGetAUnit(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		draft := percentOff("Шестой кофе", "1")
		draft.Type, draft.Settings = "stamps", []byte(`{"needed":6,"reward":"piece"}`)
		p, err := b.office.CreatePromotion(b.ctx, b.actor, now, b.made.Programme, draft)
		b.must(err)
		_, err = b.office.Publish(b.ctx, b.actor, now, b.made.Programme, 0, "")
		b.must(err)
		unit, err := b.store.Reader().Unit(b.ctx, b.actor.Tenant, verno.StampsUnit(p.Draft.ID))
		b.must(err)
		if unit.Kind != verno.UnitStamps {
			t.Errorf("the unit is %+v", unit)
		}
	})
}

// TestPointsDoNotLapseAtOnce: a date on which all points lapse is not over when it is set, by the programme's own days.
func TestPointsDoNotLapseAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		p, err := b.office.Programme(b.ctx, b.actor, b.made.Programme)
		b.must(err)
		zone, err := time.LoadLocation(p.Draft.TimeZone)
		b.must(err)
		day := func(n int) string { return now.In(zone).AddDate(0, 0, n).Format(time.DateOnly) }
		for _, c := range []struct {
			terms verno.ExpiryTerms
			right bool
		}{
			{verno.ExpiryTerms{Kind: "on_date", Date: day(0)}, true},
			{verno.ExpiryTerms{Kind: "on_date", Date: day(-1)}, false},
			{verno.ExpiryTerms{Kind: "on_date", Date: day(-3), Grace: 3}, true},
			{verno.ExpiryTerms{Kind: "on_date", Date: "2020-12-31"}, false},
		} {
			p.Draft.Points.Expiry = c.terms
			changed, err := b.office.ChangeProgramme(b.ctx, b.actor, now, p.Revision, p.Draft)
			if c.right {
				b.must(err)
				p = changed
				continue
			}
			b.wrong(err, "/points/expiry/date", "time_past")
		}
	})
}

// TestHostileDrafts: what people and programs put into drafts is refused with a pointer, never stored and never fatal.
func TestHostileDrafts(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for _, c := range []struct {
			pointer string
			change  func(*verno.Promotion)
		}{
			{"/name", func(p *verno.Promotion) { p.Name = "" }},
			{"/name", func(p *verno.Promotion) { p.Name = strings.Repeat("я", 100_000) }},
			{"/name", func(p *verno.Promotion) { p.Name = "a\x00b" }},
			{"/type", func(p *verno.Promotion) { p.Type = "'; DROP TABLE promotion; --" }},
			{"/settings", func(p *verno.Promotion) { p.Settings = []byte(`{"percent":`) }},
			{"/settings/percent", func(p *verno.Promotion) { p.Settings = []byte(`{"percent":"1e308"}`) }},
			{"/min_basket", func(p *verno.Promotion) { p.MinBasket = -1 }},
			{"/limits/budget", func(p *verno.Promotion) { p.Limits.Budget = 1<<63 - 1 }},
			{"/condition", func(p *verno.Promotion) { p.Condition = strings.Repeat("(", 900) }},
			{"/schedule/stores/0", func(p *verno.Promotion) { p.Schedule.Stores = make([]verno.StoreID, 1) }},
			{"/schedule/stores/0", func(p *verno.Promotion) {
				p.Schedule.Stores = []verno.StoreID{verno.NewID[verno.StoreID](now, strings.NewReader("0123456789"))}
			}},
		} {
			draft := percentOff("Скидка", "5")
			c.change(&draft)
			_, err := b.office.CreatePromotion(b.ctx, b.actor, now, b.made.Programme, draft)
			e := verno.AsError(err)
			if e == nil || e.Kind != verno.KindInvalid || len(e.Fields) == 0 || e.Fields[0].Pointer != c.pointer {
				t.Errorf("want a fault at %s, got %v", c.pointer, err)
			}
		}
		list, err := b.office.Promotions(b.ctx, b.actor, b.made.Programme, true, verno.PromotionID{}, 0)
		b.must(err)
		if len(list) != 1 {
			t.Errorf("%d promotions were stored", len(list)-1)
		}
		p, err := b.office.Programme(b.ctx, b.actor, b.made.Programme)
		b.must(err)
		p.Draft.Points.Value, p.Draft.TimeZone, p.Draft.Points.MaxShare = money.Ratio{}, "Local", 20_000
		_, err = b.office.ChangeProgramme(b.ctx, b.actor, now, p.Revision, p.Draft)
		b.wrong(err, "/points/value", "bad_ratio")
		b.wrong(err, "/time_zone", "time_zone_invalid")
		b.wrong(err, "/points/max_share", "out_of_range")
	})
}

func (b *bundle) configVersion() int64 {
	b.t.Helper()
	n, err := b.store.Reader().ConfigVersion(b.ctx, b.actor.Tenant)
	b.must(err)
	return n
}

// events are what the audit will seal, oldest first.
func (b *bundle) events() []verno.Event {
	b.t.Helper()
	batches, err := b.store.Reader().Unsealed(b.ctx, b.actor.Tenant, 1000)
	b.must(err)
	var list []verno.Event
	for i := range batches {
		rows, err := b.store.Reader().EventsOf(b.ctx, &batches[i])
		b.must(err)
		for _, row := range rows {
			e, err := books.ReadEvent(row)
			b.must(err)
			list = append(list, e)
		}
	}
	return list
}
