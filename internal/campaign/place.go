package campaign

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// Place is what can be said of a store by those who manage stores.
type Place struct {
	Programme  verno.ProgrammeID
	Issuer     verno.IssuerID  // zero for the programme's own
	Partner    verno.PartnerID // zero for the merchant
	ExternalID string
	Name       string
	TimeZone   string // empty for the programme's own
	Address    string
	Latitude   *int64 // in millionths of a degree; with Longitude or not at all
	Longitude  *int64
	Greeting   map[string]string // by language, what cards say near it; empty where their design speaks
	Online     bool              // an online shop, which is no place
	WebAddress string            // of an online shop
	Closed     bool
}

// CreateStore opens a store.
func (o *Office) CreateStore(ctx context.Context, actor verno.Actor, now time.Time, place Place) (verno.Store, error) {
	s := verno.Store{Tenant: actor.Tenant, ID: verno.NewID[verno.StoreID](now, o.Entropy), Revision: 1, CreatedAt: now}
	err := o.write(ctx, actor, verno.MayManageStores, now, func(tx *store.Tx) (note, error) {
		return changed(s.ID.String(), "store", "created"), o.addStore(ctx, tx, now, &s, place)
	})
	return s, err
}

func (o *Office) addStore(ctx context.Context, tx *store.Tx, now time.Time, s *verno.Store, place Place) error {
	if err := o.place(ctx, tx, now, s, place); err != nil {
		return err
	}
	free, err := tx.InsertPlace(ctx, *s)
	if err == nil && !free {
		err = taken(place.ExternalID)
	}
	return err
}

// Place reads a store.
func (o *Office) Place(ctx context.Context, actor verno.Actor, id verno.StoreID) (verno.Store, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return verno.Store{}, err
	}
	s, err := o.Store.Reader().Place(ctx, actor.Tenant, id)
	return s, missing(err, "store")
}

// Places lists stores by ID, the closed ones too.
func (o *Office) Places(ctx context.Context, actor verno.Actor, after verno.StoreID, limit int) ([]verno.Store, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	return o.Store.Reader().Places(ctx, actor.Tenant, after, page(limit))
}

// ChangeStore writes a store over the revision that was read. What was sold there keeps what the store was then.
func (o *Office) ChangeStore(ctx context.Context, actor verno.Actor, now time.Time, id verno.StoreID, revision int64, place Place) (verno.Store, error) {
	var s verno.Store
	err := o.write(ctx, actor, verno.MayManageStores, now, func(tx *store.Tx) (note, error) {
		var err error
		if s, err = tx.Place(ctx, actor.Tenant, id); err != nil {
			return note{}, missing(err, "store")
		}
		if s.Revision != revision {
			return note{}, stale()
		}
		if err := o.place(ctx, tx, now, &s, place); err != nil {
			return note{}, err
		}
		err = written(tx.ChangePlace(ctx, s))
		if errors.Is(err, store.ErrUnique) {
			err = taken(place.ExternalID)
		}
		s.Revision++
		return changed(id.String(), "store", "changed"), err
	})
	return s, err
}

func taken(externalID string) error {
	return verno.Conflict("external_id_taken").With("external_id", externalID)
}

// place fills a store in from what was said of it, or returns the fields that are wrong.
func (o *Office) place(ctx context.Context, tx *store.Tx, now time.Time, s *verno.Store, p Place) error {
	var f verno.Faults
	f.Text("/name", p.Name, 1, verno.MaxTextLength)
	f.Text("/address", p.Address, 0, maxAddress)
	f.Text("/external_id", p.ExternalID, 0, maxExternal)
	p.Greeting = checkGreeting(&f, p.Greeting)
	checkSite(&f, p)
	if !p.Online {
		checkPosition(&f, p)
	}
	of, err := tx.Programme(ctx, s.Tenant, p.Programme)
	if err != nil {
		if err := known(&f, "/programme_id", err); err != nil {
			return err
		}
		return f.Err()
	}
	if p.TimeZone == "" {
		p.TimeZone = of.Draft.TimeZone
	}
	checkZone(&f, p.TimeZone)
	if p.Issuer.IsZero() {
		p.Issuer = of.Draft.Issuer
	}
	if _, err := tx.Issuer(ctx, s.Tenant, p.Issuer); err != nil {
		if err := known(&f, "/issuer_id", err); err != nil {
			return err
		}
	}
	if !p.Partner.IsZero() {
		if _, err := tx.Partner(ctx, s.Tenant, p.Partner); err != nil {
			if err := known(&f, "/partner_id", err); err != nil {
				return err
			}
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	s.Programme, s.Issuer, s.Partner, s.ExternalID, s.Name = p.Programme, p.Issuer, p.Partner, p.ExternalID, p.Name
	s.TimeZone, s.Address, s.Latitude, s.Longitude, s.Greeting, s.UpdatedAt = p.TimeZone, p.Address, p.Latitude, p.Longitude, p.Greeting, now
	s.Online, s.WebAddress = p.Online, p.WebAddress
	switch {
	case !p.Closed:
		s.ClosedAt = time.Time{}
	case s.ClosedAt.IsZero():
		s.ClosedAt = now
	}
	return o.moneyUnit(ctx, tx, now, s.Tenant, p.Issuer, of.Draft.Currency)
}

const (
	maxAddress  = 500
	maxExternal = 100
	maxGreeting = 120       // letters of what stands on a locked screen
	degree      = 1_000_000 // of latitude and longitude
)

func checkPosition(f *verno.Faults, p Place) {
	switch {
	case p.Latitude == nil && p.Longitude == nil:
	case p.Latitude == nil:
		f.Say("/latitude_e6", "required")
	case p.Longitude == nil:
		f.Say("/longitude_e6", "required")
	default:
		within(f, "/latitude_e6", *p.Latitude, 90*degree)
		within(f, "/longitude_e6", *p.Longitude, 180*degree)
	}
}

// checkSite sees that an online shop has an address on the web and none on a map, where nothing would come up near it, and
// that no other store has one.
func checkSite(f *verno.Faults, p Place) {
	switch {
	case !p.Online && p.WebAddress != "":
		f.Say("/online", "required")
	case p.Online && p.WebAddress == "":
		f.Say("/web_address", "required")
	case p.Online:
		card.CheckSite(f, "/web_address", p.WebAddress)
	}
	if p.Online && (p.Latitude != nil || p.Longitude != nil) {
		f.Say("/latitude_e6", "online_no_place")
	}
	if p.Online && len(p.Greeting) > 0 {
		f.Say("/greeting", "online_no_place")
	}
}

// checkGreeting sees that a greeting is short and in languages that cards have, and gives it without those in which it says
// nothing.
func checkGreeting(f *verno.Faults, greeting map[string]string) map[string]string {
	var said map[string]string
	for _, lang := range slices.Sorted(maps.Keys(greeting)) {
		text := verno.Single(greeting[lang])
		if lang != "ru" && lang != "en" {
			f.Say("/greeting/"+lang, "unknown_value", "known", "ru, en")
			continue
		}
		if f.Text("/greeting/"+lang, text, 0, maxGreeting); text != "" {
			if said == nil {
				said = map[string]string{}
			}
			said[lang] = text
		}
	}
	return said
}

func within(f *verno.Faults, pointer string, n, most int64) {
	if n < -most || n > most {
		f.Say(pointer, "number_range", "min", strconv.FormatInt(-most, 10), "max", strconv.FormatInt(most, 10))
	}
}

// checkStores sees that the stores of a promotion exist. The rules themselves know no stores.
func checkStores(ctx context.Context, r *store.Reader, f *verno.Faults, tenant verno.TenantID, draft *verno.Promotion) error {
	list := draft.Schedule.Stores
	if len(list) == 0 || len(list) > maxStores {
		return nil // The rules refuse too many.
	}
	there, err := r.PlacesThere(ctx, tenant, list)
	if err != nil {
		return err
	}
	for i, id := range list {
		if !there[id] {
			f.Say("/schedule/stores/"+strconv.Itoa(i), "not_known")
		}
	}
	return nil
}

// maxStores is how many stores of a promotion are looked up.
const maxStores = 5000
