package checkout

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// config is all that tills need to know of a tenant's set-up, as it was at one number of its configuration. It is never
// changed but for the terminals and old versions that it meets.
type config struct {
	tenant  verno.TenantID
	version int64
	stores  map[verno.StoreID]*shop
	rules   map[verno.ProgrammeID]*rules
	units   map[moneyOf]verno.UnitID
	backs   map[verno.ProgrammeID]bool // programmes that ever gave cashback
	templates

	mu        sync.Mutex
	terminals map[verno.TerminalID]verno.StoreID
	old       map[oldVersion]*rules
}

type shop struct {
	verno.Store
	zone *time.Location
}

// rules are a programme's compiled rules with what is asked of them in every sale.
type rules struct {
	*promo.Rules
	stamps     []verno.PromotionID
	shared     []verno.PromotionID        // with limits that all members share
	remembered map[verno.PromotionID]bool // whose uses by each member the rules ask for
	units      []verno.UnitID             // points, stamps and, where any is given, cashback
	tags       map[string]bool            // that audiences name
	allTags    bool                       // a condition looks at tags
	asksCard   bool                       // which card was shown
	asksPoints bool                       // how many points the member has
}

type moneyOf struct {
	issuer   verno.IssuerID
	currency money.Currency
}

type oldVersion struct {
	programme verno.ProgrammeID
	number    int64
}

// configs keeps the newest config of each tenant.
type configs struct {
	mu   sync.Mutex
	kept map[verno.TenantID]*config
}

// maxOld bounds how many old versions are kept compiled for replays.
const maxOld = 64

// Forget makes the next request read a tenant's configuration again.
func (t *Till) Forget(tenant verno.TenantID) {
	t.configs.mu.Lock()
	defer t.configs.mu.Unlock()
	delete(t.configs.kept, tenant)
}

// config is the tenant's configuration as last read.
func (t *Till) config(ctx context.Context, tenant verno.TenantID) (*config, error) {
	t.configs.mu.Lock()
	c := t.configs.kept[tenant]
	t.configs.mu.Unlock()
	if c != nil {
		return c, nil
	}
	return t.readConfig(ctx, tenant)
}

// configNow is the tenant's configuration as it is at this moment; it is read again only where it has changed.
func (t *Till) configNow(ctx context.Context, tenant verno.TenantID) (*config, error) {
	c, err := t.config(ctx, tenant)
	if err != nil {
		return nil, err
	}
	version, err := t.reader.ConfigVersion(ctx, tenant)
	if err != nil || version == c.version {
		return c, err
	}
	return t.readConfig(ctx, tenant)
}

func (t *Till) readConfig(ctx context.Context, tenant verno.TenantID) (*config, error) {
	c := &config{
		tenant: tenant, stores: map[verno.StoreID]*shop{}, rules: map[verno.ProgrammeID]*rules{},
		units: map[moneyOf]verno.UnitID{}, backs: map[verno.ProgrammeID]bool{}, terminals: map[verno.TerminalID]verno.StoreID{}, old: map[oldVersion]*rules{},
	}
	err := t.reader.Snapshot(ctx, func(r *store.Reader) (err error) {
		if c.version, err = r.ConfigVersion(ctx, tenant); err != nil {
			return err
		}
		if err := c.readStores(ctx, r); err != nil {
			return err
		}
		if err := c.readRules(ctx, r); err != nil {
			return err
		}
		if err := c.readTemplates(ctx, r); err != nil {
			return err
		}
		units, err := r.Units(ctx, tenant)
		for _, u := range units {
			switch u.Kind {
			case verno.UnitMoney:
				c.units[moneyOf{u.Issuer, u.Currency}] = u.ID
			case verno.UnitCashback:
				c.backs[u.Programme] = true
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	t.configs.mu.Lock()
	defer t.configs.mu.Unlock()
	if t.configs.kept == nil {
		t.configs.kept = map[verno.TenantID]*config{}
	}
	if kept := t.configs.kept[tenant]; kept == nil || kept.version < c.version {
		t.configs.kept[tenant] = c
	}
	return c, nil
}

func (c *config) readStores(ctx context.Context, r *store.Reader) error {
	after := verno.StoreID{}
	for {
		list, err := r.Places(ctx, c.tenant, after, 500)
		if err != nil {
			return err
		}
		for _, s := range list {
			zone, err := time.LoadLocation(s.TimeZone)
			if err != nil {
				return err
			}
			c.stores[s.ID] = &shop{Store: s, zone: zone}
			after = s.ID
		}
		if len(list) < 500 {
			return nil
		}
	}
}

func (c *config) readRules(ctx context.Context, r *store.Reader) error {
	for _, s := range c.stores {
		if _, done := c.rules[s.Programme]; done {
			continue
		}
		v, err := r.PublishedVersion(ctx, c.tenant, s.Programme)
		if errors.Is(err, store.ErrNotFound) {
			c.rules[s.Programme] = nil
			continue
		}
		if err != nil {
			return err
		}
		// Rules that do not compile are none: only sales of this programme are refused.
		c.rules[s.Programme], _ = compile(v)
	}
	return nil
}

// compile makes rules of a published version. A version was checked before it was published; one that a later Verno
// finds wrong is out of force, as nobody can say what it means.
func compile(v *verno.Version) (*rules, error) {
	compiled, problems := promo.Compile(v)
	if compiled == nil {
		return nil, verno.Conflict("programme_unpublished").Because(
			fmt.Errorf("version %d of %s: %s: %s", v.Number, v.Programme.ID, problems[0].Pointer, problems[0].Code))
	}
	r := &rules{Rules: compiled, stamps: compiled.StampPromotions(), remembered: map[verno.PromotionID]bool{}, tags: map[string]bool{}}
	r.asksCard, r.asksPoints = compiled.AsksCard(), compiled.AsksPoints()
	r.units = append(r.units, verno.PointsUnit(v.Programme.ID))
	for _, p := range r.stamps {
		r.units = append(r.units, verno.StampsUnit(p))
	}
	if compiled.GivesCashback() {
		r.units = append(r.units, verno.CashbackUnit(v.Programme.ID))
	}
	for _, p := range compiled.Remembered() {
		r.remembered[p] = true
	}
	for i := range v.Promotions {
		p := &v.Promotions[i]
		if p.Active && (p.Limits.Total > 0 || p.Limits.Budget > 0) {
			r.shared = append(r.shared, p.ID)
		}
		for _, tag := range p.Audience.Tags {
			r.tags[tag] = true
		}
		r.allTags = r.allTags || strings.Contains(p.Condition, "tags")
	}
	return r, nil
}

// asked are those of a member's tags that the rules look at. Others have no business in a till's token or on a receipt.
func (r *rules) asked(tags []string) []string {
	if r.allTags || len(tags) == 0 {
		return tags
	}
	var asked []string
	for _, tag := range tags {
		if r.tags[tag] {
			asked = append(asked, tag)
		}
	}
	return asked
}

// storeOf is the store of a terminal.
func (c *config) storeOf(ctx context.Context, r *store.Reader, terminal verno.TerminalID) (verno.StoreID, error) {
	c.mu.Lock()
	of, known := c.terminals[terminal]
	c.mu.Unlock()
	if known {
		return of, nil
	}
	row, err := r.Terminal(ctx, c.tenant, terminal)
	if errors.Is(err, store.ErrNotFound) {
		return of, verno.NotFound("store_unknown")
	}
	if err != nil {
		return of, err
	}
	c.mu.Lock()
	c.terminals[terminal] = row.Store
	c.mu.Unlock()
	return row.Store, nil
}

// rulesOf are the rules in force of a store's programme.
func (c *config) rulesOf(programme verno.ProgrammeID) (*rules, error) {
	if r := c.rules[programme]; r != nil {
		return r, nil
	}
	return nil, verno.Conflict("programme_unpublished")
}

// rulesAt are the rules that were in force at a time; the first ones for a time before all publishing.
func (c *config) rulesAt(ctx context.Context, r *store.Reader, programme verno.ProgrammeID, at time.Time) (*rules, error) {
	inForce, err := c.rulesOf(programme)
	if err != nil || !at.Before(inForce.Version().PublishedAt) {
		return inForce, err
	}
	number, err := r.VersionNumberAt(ctx, c.tenant, programme, verno.Micros(at))
	if errors.Is(err, store.ErrNotFound) || err == nil && number == 0 {
		number, err = 1, nil
	}
	if err != nil {
		return nil, err
	}
	return c.rulesNumbered(ctx, r, programme, number)
}

// rulesNumbered are the rules of one version.
func (c *config) rulesNumbered(ctx context.Context, r *store.Reader, programme verno.ProgrammeID, number int64) (*rules, error) {
	if inForce := c.rules[programme]; inForce != nil && inForce.Version().Number == number {
		return inForce, nil
	}
	key := oldVersion{programme, number}
	c.mu.Lock()
	kept := c.old[key]
	c.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	v, err := r.Version(ctx, c.tenant, programme, number)
	if err != nil {
		return nil, err
	}
	if kept, err = compile(v); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.old) >= maxOld {
		clear(c.old)
	}
	c.old[key] = kept
	return kept, nil
}

// momentOf is the moment of a receipt as its rules saw it: in the zone that its store was in then.
func (c *config) momentOf(r *verno.Receipt) (verno.Moment, error) {
	m := r.Facts.Moment
	if s := c.stores[r.Store]; s != nil && s.TimeZone == r.Facts.TimeZone {
		m.At = m.At.In(s.zone)
		return m, nil
	}
	zone, err := time.LoadLocation(r.Facts.TimeZone)
	if err == nil {
		m.At = m.At.In(zone)
	}
	return m, err
}

// moneyUnit is the unit of stored money of a store's legal entity; zero where none was ever paid in.
func (c *config) moneyUnit(issuer verno.IssuerID, currency money.Currency) verno.UnitID {
	return c.units[moneyOf{issuer, currency}]
}

// Scale is how many decimal places a programme's points have; 0 where it is not known.
func (t *Till) Scale(ctx context.Context, tenant verno.TenantID, programme verno.ProgrammeID) int {
	terms, _, err := t.Terms(ctx, tenant, programme)
	if err != nil {
		return 0
	}
	return terms.Points.Scale
}

// Terms are those of a programme that are in force, and the number of their version. Error: programme_unpublished.
func (t *Till) Terms(ctx context.Context, tenant verno.TenantID, programme verno.ProgrammeID) (*verno.Programme, int64, error) {
	c, err := t.config(ctx, tenant)
	if err != nil {
		return nil, 0, err
	}
	r, err := c.rulesOf(programme)
	if err != nil {
		return nil, 0, err
	}
	return r.Programme(), r.Version().Number, nil
}

// ReplayDays is how old a receipt may be that an offline till hands in.
func (t *Till) ReplayDays() int { return t.limits.ReplayDays }
