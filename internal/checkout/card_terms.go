package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
)

// template is what a template of cards that is in force says to tills.
type template struct {
	card.Terms
	id        verno.TemplateID
	programme verno.ProgrammeID
	zone      *time.Location
	name      string // for those who work with it
	archived  bool
}

// templates are all of a tenant, and what follows from them.
type templates struct {
	byID     map[verno.TemplateID]*template
	standard map[verno.ProgrammeID]*template
	words    map[verno.ProgrammeID]map[string]bool // that only a coupon's card says
}

func (c *config) readTemplates(ctx context.Context, r *store.Reader) error {
	rows, err := r.TillTemplates(ctx, c.tenant)
	if err != nil {
		return err
	}
	c.templates = templates{
		byID: map[verno.TemplateID]*template{}, standard: map[verno.ProgrammeID]*template{}, words: map[verno.ProgrammeID]map[string]bool{},
	}
	for i := range rows {
		var drawn card.Template
		if err := json.Unmarshal([]byte(rows[i].Document), &drawn); err != nil {
			return fmt.Errorf("checkout: read a template of cards: %w", err)
		}
		terms, known := drawn.Terms()
		if !known {
			continue
		}
		t := &template{Terms: terms, id: rows[i].ID, programme: rows[i].Programme, zone: c.zoneOf(rows[i].Programme), name: rows[i].Name, archived: rows[i].Archived}
		c.byID[t.id] = t
		if rows[i].Standard {
			c.standard[t.programme] = t
		}
		if t.Word != "" {
			if c.words[t.programme] == nil {
				c.words[t.programme] = map[string]bool{}
			}
			c.words[t.programme][t.Word] = true
		}
	}
	return nil
}

// zoneOf is the zone in which a programme counts its days.
func (c *config) zoneOf(programme verno.ProgrammeID) *time.Location {
	if r := c.rules[programme]; r != nil {
		if zone, err := time.LoadLocation(r.Programme().TimeZone); err == nil {
			return zone
		}
	}
	return time.UTC
}

// tell tells the rules of the card by which somebody was identified, where they ask for it. A card of another programme
// is none here.
func (c *config) tell(r *rules, p *verno.Presence, f *verno.MemberFacts) {
	if !r.asksCard || p == nil || p.Card.IsZero() {
		return
	}
	programme := r.Programme().ID
	t := c.byID[p.Template]
	if p.Template.IsZero() {
		t = c.standard[programme]
	}
	switch {
	case t == nil && p.Template.IsZero():
		f.CardKind = card.Standard
	case t != nil && t.programme == programme:
		f.CardKind, f.CardTemplate, f.CardPercent = t.Kind.Name, t.id, t.Percent
	}
}

// carried finds a card that is worth something by itself, whoever shows it, by its code or number; nil for a text that is
// neither. At the zero time, of what is past, it asks for no live code. Error: card_not_usable.
func (t *Till) carried(ctx context.Context, tenant verno.TenantID, text string, now time.Time) (*store.Card, error) {
	scan, err := code.Parse(text)
	if err != nil {
		return nil, verno.NotFound("card_not_usable").Because(err)
	}
	value := scan.Card()
	if value == "" {
		return nil, nil
	}
	l, err := t.vault.Find(ctx, t.reader, tenant, store.LookupCard, value)
	if errors.Is(err, store.ErrNotFound) {
		if scan.Kind == code.KindNumber {
			return nil, nil // Sixteen digits may be a word as well.
		}
		return nil, verno.NotFound("card_not_usable")
	}
	if err != nil {
		return nil, err
	}
	c, err := t.reader.Card(ctx, tenant, l.Card)
	if err != nil {
		return nil, err
	}
	return &c, t.proves(ctx, tenant, &c, scan, now)
}

// proves checks what stands in a scan beside the card's own code.
func (t *Till) proves(ctx context.Context, tenant verno.TenantID, c *store.Card, scan code.Scan, now time.Time) error {
	if now.IsZero() || scan.Kind != code.KindLive && scan.Kind != code.KindNFC {
		return nil
	}
	secret, err := t.secretOf(ctx, tenant, *c)
	if err != nil {
		return err
	}
	ok := scan.Kind == code.KindNFC && code.CheckNFC(secret.Live, scan)
	if scan.Kind == code.KindLive {
		_, ok = code.Check(secret.Live, scan.Value, now)
	}
	if !ok {
		return verno.NotFound("card_not_usable")
	}
	return nil
}
