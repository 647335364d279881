package campaign_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
)

// TestStores: a store is opened, changed by its revision, closed and opened again.
func TestStores(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		latitude, longitude := int64(55_751_000), int64(37_618_000)
		place := campaign.Place{
			Programme: b.made.Programme, Name: "Чайка на Тверской", ExternalID: "S2", TimeZone: "Asia/Yekaterinburg",
			Address: "Тверская, 1", Latitude: &latitude, Longitude: &longitude,
			Greeting: map[string]string{"ru": "  Ваш кофе за углом ", "en": ""},
		}
		s, err := b.office.CreateStore(b.ctx, b.actor, now.Add(time.Second), place)
		b.must(err)
		place.Closed = true
		s, err = b.office.ChangeStore(b.ctx, b.actor, now, s.ID, s.Revision, place)
		b.must(err)
		read, err := b.office.Place(b.ctx, b.actor, s.ID)
		b.must(err)
		if read.ClosedAt.IsZero() || read.Revision != s.Revision || *read.Latitude != latitude || read.TimeZone != place.TimeZone ||
			len(read.Greeting) != 1 || read.Greeting["ru"] != "Ваш кофе за углом" {
			t.Errorf("the store is %+v", read)
		}
		_, err = b.office.ChangeStore(b.ctx, b.actor, now, s.ID, s.Revision-1, place)
		b.refused(err, "etag_mismatch")
		list, err := b.office.Places(b.ctx, b.actor, verno.StoreID{}, 1)
		b.must(err)
		rest, err := b.office.Places(b.ctx, b.actor, list[0].ID, 10)
		b.must(err)
		if len(list) != 1 || len(rest) != 1 || rest[0].ID != s.ID {
			t.Errorf("pages of %d and %d", len(list), len(rest))
		}
	})
}

// TestHostileStores: no store with a time zone that is none, a position off the globe, or what belongs to nobody.
func TestHostileStores(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		far, zero := int64(90_000_001), int64(0)
		for _, c := range []struct {
			pointer string
			change  func(*campaign.Place)
		}{
			{"/time_zone", func(p *campaign.Place) { p.TimeZone = "Local" }},
			{"/time_zone", func(p *campaign.Place) { p.TimeZone = "../../etc/passwd" }},
			{"/time_zone", func(p *campaign.Place) { p.TimeZone = strings.Repeat("A", 10_000) }},
			{"/time_zone", func(p *campaign.Place) { p.TimeZone = "Europe/Атлантида" }},
			{"/latitude_e6", func(p *campaign.Place) { p.Latitude, p.Longitude = &far, &zero }},
			{"/longitude_e6", func(p *campaign.Place) { p.Latitude = &zero }},
			{"/latitude_e6", func(p *campaign.Place) { p.Longitude = &zero }},
			{"/greeting/ru", func(p *campaign.Place) { p.Greeting = map[string]string{"ru": strings.Repeat("щ", 121)} }},
			{"/greeting/de", func(p *campaign.Place) { p.Greeting = map[string]string{"de": "Kaffee"} }},
			{"/name", func(p *campaign.Place) { p.Name = "" }},
			{"/name", func(p *campaign.Place) { p.Name = "\xff\xfe" }},
			{"/external_id", func(p *campaign.Place) { p.ExternalID = strings.Repeat("x", 101) }},
			{"/programme_id", func(p *campaign.Place) { p.Programme = verno.ProgrammeID{1} }},
			{"/issuer_id", func(p *campaign.Place) { p.Issuer = verno.IssuerID{1} }},
			{"/partner_id", func(p *campaign.Place) { p.Partner = verno.PartnerID{1} }},
		} {
			place := campaign.Place{Programme: b.made.Programme, Name: "Ларёк"}
			c.change(&place)
			_, err := b.office.CreateStore(b.ctx, b.actor, now, place)
			e := verno.AsError(err)
			if e == nil || e.Kind != verno.KindInvalid || e.Fields[0].Pointer != c.pointer {
				t.Errorf("want a fault at %s, got %v", c.pointer, err)
			}
		}
		_, err := b.office.CreateStore(b.ctx, b.actor, now, campaign.Place{Programme: b.made.Programme, Name: "Ларёк", ExternalID: "S1"})
		b.refused(err, "external_id_taken")
		s, err := b.office.CreateStore(b.ctx, b.actor, now, campaign.Place{Programme: b.made.Programme, Name: "Ларёк"})
		b.must(err)
		_, err = b.office.ChangeStore(b.ctx, b.actor, now, s.ID, 1, campaign.Place{Programme: b.made.Programme, Name: "Ларёк", ExternalID: "S1"})
		b.refused(err, "external_id_taken")
	})
}

// TestOneUnitOfMoney: many stores of one new legal entity, opened at once, leave one unit of its money.
func TestOneUnitOfMoney(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		issuer, err := b.office.CreateIssuer(b.ctx, b.actor, now, "ИП Чайкин", "")
		b.must(err)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, err := b.office.CreateStore(b.ctx, b.actor, now, campaign.Place{
					Programme: b.made.Programme, Issuer: issuer.ID, Name: "Ларёк",
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		units, err := b.store.Reader().Units(b.ctx, b.actor.Tenant)
		b.must(err)
		found := 0
		for _, u := range units {
			if u.Kind == verno.UnitMoney && u.Issuer == issuer.ID {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%d units of one entity's money", found)
		}
	})
}

// TestTenantsAreApart: another tenant's things are not there, whoever asks and whatever for.
func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		foreign := b.tenant("Баклан")
		_, err := b.office.Programme(b.ctx, foreign, b.made.Programme)
		b.refused(err, "not_found")
		p, err := b.office.Programme(b.ctx, b.actor, b.made.Programme)
		b.must(err)
		_, err = b.office.ChangeProgramme(b.ctx, foreign, now, p.Revision, p.Draft)
		b.refused(err, "not_found")
		_, err = b.office.CreatePromotion(b.ctx, foreign, now, b.made.Programme, percentOff("Чужая", "5"))
		b.refused(err, "not_found")
		_, err = b.office.ArchivePromotion(b.ctx, foreign, now, b.made.Promotion, 1)
		b.refused(err, "not_found")
		_, err = b.office.Publish(b.ctx, foreign, now, b.made.Programme, 0, "")
		b.refused(err, "not_found")
		_, err = b.office.Version(b.ctx, foreign, b.made.Programme, 1)
		b.refused(err, "not_found")
		_, err = b.office.Versions(b.ctx, foreign, b.made.Programme, 0, 0)
		b.refused(err, "not_found")
		_, err = b.office.Promotions(b.ctx, foreign, b.made.Programme, true, verno.PromotionID{}, 0)
		b.refused(err, "not_found")
		_, err = b.office.Place(b.ctx, foreign, b.made.Store)
		b.refused(err, "not_found")
		_, err = b.office.CreateStore(b.ctx, foreign, now, campaign.Place{Programme: b.made.Programme, Name: "Ларёк"})
		b.wrong(err, "/programme_id", "not_known")
		_, err = b.office.RenameIssuer(b.ctx, foreign, now, b.made.Issuer, "Чужой", "")
		b.refused(err, "not_found")
		own := b.bootstrap(foreign)
		draft := percentOff("Чужой магазин", "5")
		draft.Schedule.Stores = []verno.StoreID{b.made.Store}
		_, err = b.office.CreatePromotion(b.ctx, foreign, now, own.Programme, draft)
		b.wrong(err, "/schedule/stores/0", "not_known")
	})
}

// TestWhoMay: each change asks for its permission, before it looks at anything.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		may := func(p verno.Permission) verno.Actor {
			a := b.actor
			a.May = verno.RoleOwner.Permissions() &^ p
			return a
		}
		for name, fn := range map[string]func() error{
			"draft": func() error {
				_, err := b.office.CreateProgramme(b.ctx, may(verno.MayWriteConfig), now, verno.Programme{})
				return err
			},
			"promotion": func() error {
				_, err := b.office.CreatePromotion(b.ctx, may(verno.MayWriteConfig), now, b.made.Programme, percentOff("", ""))
				return err
			},
			"publish": func() error {
				_, err := b.office.Publish(b.ctx, may(verno.MayPublish), now, b.made.Programme, 0, "")
				return err
			},
			"rollback": func() error {
				_, err := b.office.Rollback(b.ctx, may(verno.MayPublish), now, b.made.Programme, 1, "")
				return err
			},
			"store": func() error {
				_, err := b.office.CreateStore(b.ctx, may(verno.MayManageStores), now, campaign.Place{})
				return err
			},
			"read": func() error {
				_, err := b.office.Programmes(b.ctx, may(verno.MayReadConfig), verno.ProgrammeID{}, 0)
				return err
			},
			"bootstrap": func() error {
				return b.store.Write(b.ctx, func(tx *store.Tx) error {
					_, err := b.office.Bootstrap(b.ctx, tx, may(verno.MayPublish), now, campaign.Opening{})
					return err
				})
			},
		} {
			if err := fn(); !errors.Is(err, verno.Forbidden("permission_missing")) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestPartners: a coalition's partners have names of their own in other systems.
func TestPartners(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		p, err := b.office.CreatePartner(b.ctx, b.actor, now, "Аптека", "P1")
		b.must(err)
		_, err = b.office.CreatePartner(b.ctx, b.actor, now, "Аптека 2", "P1")
		b.refused(err, "external_id_taken")
		for range 2 {
			_, err = b.office.CreatePartner(b.ctx, b.actor, now, "Безымянный", "")
			b.must(err)
		}
		list, err := b.office.Partners(b.ctx, b.actor, verno.PartnerID{}, 0)
		b.must(err)
		s, err := b.office.CreateStore(b.ctx, b.actor, now, campaign.Place{Programme: b.made.Programme, Partner: p.ID, Name: "В аптеке"})
		b.must(err)
		if len(list) != 3 || s.Partner != p.ID {
			t.Errorf("%d partners, the store belongs to %s", len(list), s.Partner)
		}
	})
}

// TestOnlineStores: an online shop has an address on the web and none on a map, where nothing would come up near it; no other
// store has one.
func TestOnlineStores(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		place := campaign.Place{Programme: b.made.Programme, Name: "Чайка в сети", Online: true, WebAddress: "https://shop.example.com/кофе"}
		s, err := b.office.CreateStore(b.ctx, b.actor, now, place)
		b.must(err)
		read, err := b.office.Place(b.ctx, b.actor, s.ID)
		b.must(err)
		if !read.Online || read.WebAddress != place.WebAddress || read.Latitude != nil {
			t.Errorf("the shop is %+v", read)
		}
		here := int64(55_751_000)
		for _, c := range []struct {
			pointer, code string
			change        func(*campaign.Place)
		}{
			{"/web_address", "required", func(p *campaign.Place) { p.WebAddress = "" }},
			{"/web_address", "site_invalid", func(p *campaign.Place) { p.WebAddress = "http://shop.example.com" }},
			{"/web_address", "site_invalid", func(p *campaign.Place) { p.WebAddress = "javascript:alert(1)" }},
			{"/web_address", "site_invalid", func(p *campaign.Place) { p.WebAddress = "tel:+79161234567" }},
			{"/web_address", "site_invalid", func(p *campaign.Place) { p.WebAddress = "https://a:b@example.com" }},
			{"/online", "required", func(p *campaign.Place) { p.Online = false }},
			{"/latitude_e6", "online_no_place", func(p *campaign.Place) { p.Latitude, p.Longitude = &here, &here }},
			{"/latitude_e6", "online_no_place", func(p *campaign.Place) { p.Longitude = &here }},
			{"/greeting", "online_no_place", func(p *campaign.Place) { p.Greeting = map[string]string{"ru": "Кофе за углом"} }},
		} {
			wrong := place
			c.change(&wrong)
			_, err := b.office.ChangeStore(b.ctx, b.actor, now, s.ID, s.Revision, wrong)
			b.wrong(err, c.pointer, c.code)
		}
		s, err = b.office.ChangeStore(b.ctx, b.actor, now, s.ID, s.Revision, campaign.Place{Programme: b.made.Programme, Name: "Чайка на углу"})
		b.must(err)
		if read, err = b.office.Place(b.ctx, b.actor, s.ID); err != nil || read.Online || read.WebAddress != "" {
			t.Errorf("the shop is %+v, %v", read, err)
		}
	})
}
