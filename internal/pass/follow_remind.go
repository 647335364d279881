package pass

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

const (
	// remindEvery is how long after its moment a reminder goes out at most, and templatesRead how many templates are read
	// at once to find those moments.
	remindEvery   = 15 * time.Second
	templatesRead = 200
)

// reminding is what is remembered of the templates whose tickets remind of their events.
type reminding struct {
	mu     sync.Mutex
	looked map[verno.TenantID]time.Time
	known  map[verno.TemplateID]reminders
}

// reminders are those of a version of a template, which never changes, in the zone of its programme.
type reminders struct {
	version int64
	zone    string
	at      []time.Time
}

// addReminders asks to look at the tickets to an event once it is time to remind of it. A process that comes late reminds
// nevertheless, as long as the event has not begun; of several processes each asks for the same look.
func (p *Passes) addReminders(ctx context.Context, tenant verno.TenantID, zones map[verno.ProgrammeID]*time.Location) error {
	now := p.Clock()
	if !p.remind.turn(tenant, now) {
		return nil
	}
	var after verno.TemplateID
	for {
		some, err := p.Store.Reader().PublishedOfKind(ctx, tenant, "event_ticket", after, templatesRead)
		if err != nil {
			return err
		}
		for i := range some {
			if err := p.addReminder(ctx, &some[i], zones[some[i].Programme], now); err != nil {
				return err
			}
		}
		if len(some) < templatesRead {
			return nil
		}
		after = some[len(some)-1].ID
	}
}

func (p *Passes) addReminder(ctx context.Context, of *store.CardTemplate, zone *time.Location, now time.Time) error {
	at, err := p.remindersOf(ctx, of, zone)
	if err != nil || len(at) == 0 || !now.Before(at[len(at)-1]) {
		return err
	}
	var due time.Time
	for _, t := range at[:len(at)-1] {
		if !now.Before(t) {
			due = t
		}
	}
	if due.IsZero() {
		return nil
	}
	s := store.PassSweep{
		Tenant: of.Tenant, Name: "remind/" + of.ID.String() + "/" + due.UTC().Format(time.RFC3339), Template: of.ID, Looks: true, At: now,
	}
	if _, err := p.Store.Reader().PassSweep(ctx, of.Tenant, s.Name); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return p.turn(ctx, func(tx *store.Tx) error { return tx.AddPassSweep(ctx, s) })
}

// remindersOf are the moments at which the tickets of a template remind, and then that at which the event begins.
func (p *Passes) remindersOf(ctx context.Context, of *store.CardTemplate, zone *time.Location) ([]time.Time, error) {
	if zone == nil {
		zone = time.UTC
	}
	p.remind.mu.Lock()
	known := p.remind.known[of.ID]
	p.remind.mu.Unlock()
	if known.version == of.Published && known.zone == zone.String() {
		return known.at, nil
	}
	v, err := p.Store.Reader().PublishedTemplate(ctx, of.Tenant, of.ID)
	if err != nil {
		return nil, err
	}
	var t card.Template
	if err := json.Unmarshal([]byte(v.Document), &t); err != nil { // It keeps no other from being reminded of.
		p.Log.WarnContext(ctx, "a template cannot be read", "template", of.ID.String(), "error", err)
	}
	at, begins := t.Reminders(zone)
	if len(at) > 0 {
		at = append(at, begins)
	}
	p.remind.mu.Lock()
	defer p.remind.mu.Unlock()
	if p.remind.known == nil {
		p.remind.known = map[verno.TemplateID]reminders{}
	}
	p.remind.known[of.ID] = reminders{v.Number, zone.String(), at}
	return at, nil
}

// turn says whether it is time to look again.
func (r *reminding) turn(tenant verno.TenantID, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, ok := r.looked[tenant]; ok && now.Sub(last) < remindEvery {
		return false
	}
	if r.looked == nil {
		r.looked = map[verno.TenantID]time.Time{}
	}
	r.looked[tenant] = now
	return true
}
