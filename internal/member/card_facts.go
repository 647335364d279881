package member

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/progress"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// CardFacts gathers all that there is to show of a card at a moment, and the template that it shows: its own, else the
// standard one of its programme, else the one that a programme begins with. It is for those who draw cards, and passes are
// drawn anew from it often, so it reads by keys alone. It returns store.ErrNotFound where there is no such card.
func (r *Roll) CardFacts(ctx context.Context, tenant verno.TenantID, id verno.CardID, now time.Time) (t card.Template, x card.Facts, err error) {
	err = r.Store.Reader().Snapshot(ctx, func(reader *store.Reader) error {
		t, x, err = r.cardFacts(ctx, reader, tenant, id, now)
		return err
	})
	return t, x, err
}

func (r *Roll) cardFacts(ctx context.Context, reader *store.Reader, tenant verno.TenantID, id verno.CardID, now time.Time) (card.Template, card.Facts, error) {
	x := card.Facts{At: now}
	c, err := reader.Card(ctx, tenant, id)
	if err != nil {
		return card.Template{}, x, err
	}
	merchant, err := reader.Tenant(ctx, tenant)
	if err != nil {
		return card.Template{}, x, err
	}
	x.Merchant = merchant.Name
	var m verno.Member
	if !c.Member.IsZero() {
		if m, err = resolve(ctx, reader, tenant, c.Member); err != nil {
			return card.Template{}, x, err
		}
	}
	t, of, err := templateOf(ctx, reader, c, m.Programme)
	if err != nil {
		return t, x, err
	}
	if err := r.itself(ctx, c, &x); err != nil {
		return t, x, err
	}
	if err := r.terms(ctx, reader, c.Tenant, m, of.Programme, &x); err != nil {
		return t, x, err
	}
	if err := news(ctx, reader, tenant, of.ID, &x); err != nil {
		return t, x, err
	}
	if err := usesLeft(ctx, reader, &t, c, &x); err != nil {
		return t, x, err
	}
	if err := worth(ctx, reader, &t, c, &x); err != nil {
		return t, x, err
	}
	return t, x, r.holderName(ctx, reader, &t, m, &x)
}

// templateOf is the template in force that a card shows, and the row that names it: of that only the programme where there
// is none, and nothing where neither the card nor its holder has any.
func templateOf(ctx context.Context, reader *store.Reader, c store.Card, programme verno.ProgrammeID) (card.Template, store.CardTemplate, error) {
	var row store.CardTemplate
	var err error
	switch {
	case !c.Template.IsZero():
		row, err = reader.CardTemplate(ctx, c.Tenant, c.Template)
	case !programme.IsZero():
		row, err = reader.StandardTemplate(ctx, c.Tenant, programme)
	default:
		err = store.ErrNotFound
	}
	var v store.CardTemplateVersion
	if err == nil {
		v, err = reader.PublishedTemplate(ctx, c.Tenant, row.ID)
	} else {
		row.Programme = programme
	}
	if errors.Is(err, store.ErrNotFound) {
		usual, _ := card.Find(card.Standard)
		return usual.Template(""), row, nil
	}
	if err != nil {
		return card.Template{}, row, err
	}
	t, err := readTemplate(v.Document)
	return t, row, err
}

func readTemplate(document string) (t card.Template, err error) {
	if err := json.Unmarshal([]byte(document), &t); err != nil {
		return t, fmt.Errorf("member: read a template of cards: %w", err)
	}
	return t, nil
}

// itself is what a card is without its holder. An erased member's card has no number any more.
func (r *Roll) itself(ctx context.Context, c store.Card, x *card.Facts) error {
	d, err := card.ReadDocument(c.Document)
	if err != nil {
		return fmt.Errorf("member: read the document of a card: %w", err)
	}
	x.State, x.Starts, x.Ends, x.Values = string(c.State), d.Starts, d.Ends, d.Values
	if c.State == verno.CardActive && d.State != "" {
		x.State = d.State
	}
	if len(c.Sealed) == 0 {
		return nil
	}
	secret, err := r.open(ctx, c)
	if err != nil {
		return err
	}
	x.Number, x.Machine = secret.Number, secret.Machine
	if len(secret.Live) > 0 && secret.Machine != "" {
		x.Reader = code.NFCValue(secret.Live, code.Machine(secret.Machine))
	}
	if len(secret.Values) > 0 {
		x.Values = maps.Clone(d.Values)
		if x.Values == nil {
			x.Values = map[string]string{}
		}
		maps.Copy(x.Values, secret.Values)
	}
	return nil
}

// terms adds what the programme says and what the member has in it. Where nothing was published yet there is neither.
func (r *Roll) terms(ctx context.Context, reader *store.Reader, tenant verno.TenantID, m verno.Member, programme verno.ProgrammeID, x *card.Facts) error {
	if programme.IsZero() {
		return nil
	}
	rules, err := r.rules.of(ctx, reader, tenant, programme)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, verno.Conflict("programme_unpublished")) {
		return nil
	}
	if err != nil {
		return err
	}
	zone, err := rules.zone("")
	if err != nil {
		return err
	}
	p := rules.Programme()
	x.At, x.Currency, x.Scale = x.At.In(zone), p.Currency, p.Points.Scale
	if !x.Starts.IsZero() {
		x.Starts = x.Starts.In(zone)
	}
	if !x.Ends.IsZero() {
		x.Ends = x.Ends.In(zone)
	}
	if m.ID.IsZero() || m.Programme != programme {
		return nil
	}
	o, err := reader.Owner(ctx, tenant, m.Owner)
	if err != nil {
		return err
	}
	s := standing(p, &o, x.At)
	x.Spent, x.Level, x.Next, x.Missing = s.Spent, s.Level, s.Next, s.Missing
	level, _, _ := progress.Level(p.Levels, o.State.Spend, int32(x.At.Year()*100+int(x.At.Month())))
	x.LevelID = level
	if x.Places, x.Shops, err = r.near(ctx, reader, m, x.At); err != nil {
		return err
	}
	has, err := pointsOf(ctx, reader, m, x.At)
	if err != nil {
		return err
	}
	x.Percent = percentNow(rules, level, m.Tags, has.Available, x.At)
	x.Cashback = has.Cashback.Available
	if x.SavesFor, err = savesFor(ctx, reader, tenant, rules, o.State.Aims[programme], x.At); err != nil {
		return err
	}
	x.Points, x.Stored, x.Stamps = pointsShown(p, &has, x.At), storedShown(p, &has), stampsShown(rules, &has)
	return nil
}

func pointsShown(p *verno.Programme, has *Points, now time.Time) card.Points {
	out := card.Points{Available: has.Available, Pending: has.Pending, Debt: has.Debt}
	if has.Available > 0 {
		out.Worth = money.Amount(p.Points.Value.Of(int64(has.Available), money.Down))
	}
	if len(has.Expiring) > 0 && has.Expiring[0].At.After(now) {
		out.Expiring, out.ExpireAt = has.Expiring[0].Points, has.Expiring[0].At
	}
	return out
}

// storedShown is the money that the programme's own entity owes, with the cashback that can be spent; money of another
// entity is not on this card.
func storedShown(p *verno.Programme, has *Points) money.Amount {
	for _, s := range has.Stored {
		if s.Issuer == p.Issuer && s.Currency == p.Currency {
			return s.Amount + has.Cashback.Available
		}
	}
	return has.Cashback.Available
}

// stampsShown are the cards of stamps of the version in force, the empty ones too.
func stampsShown(rules *rules, has *Points) []card.Stamps {
	var list []card.Stamps
	for _, id := range rules.StampPromotions() {
		p := rules.Promotion(id)
		if p == nil || !p.Active {
			continue
		}
		var settings struct {
			Needed int64 `json:"needed"`
		}
		if json.Unmarshal(p.Settings, &settings) != nil {
			continue // It was compiled, so it can be read.
		}
		one := card.Stamps{Name: p.Name, Needed: settings.Needed}
		if i := slices.IndexFunc(has.Stamps, func(s StampCount) bool { return s.Promotion == id }); i >= 0 {
			one.Count = has.Stamps[i].Count
		}
		list = append(list, one)
	}
	return list
}

// percentNow is the greatest discount that a member has on everything, in hundredths of a percent: that of a promotion
// which asks for a level, a tag or points at most, and applies on this day at all hours and in all shops.
func percentNow(rules *rules, level string, tags []string, points money.Points, at time.Time) int64 {
	var most money.Percent
	v := rules.Version()
	for i := range v.Promotions {
		p := &v.Promotions[i]
		if !p.Active || p.Type != "percent_discount" || !onEverything(p, at) || !meant(&p.Audience, level, tags, points) {
			continue
		}
		var settings struct {
			Percent money.Percent `json:"percent"`
		}
		if json.Unmarshal(p.Settings, &settings) == nil {
			most = max(most, settings.Percent)
		}
	}
	return int64(most)
}

func onEverything(p *verno.Promotion, at time.Time) bool {
	g, s := &p.Goods, &p.Schedule
	return len(g.Categories)+len(g.SKUs) == 0 && p.MinBasket == 0 && p.Condition == "" &&
		len(s.Weekdays)+len(s.Hours)+len(s.Stores) == 0 && (s.From == nil || !at.Before(*s.From)) && (s.Until == nil || at.Before(*s.Until))
}

func meant(a *verno.Audience, level string, tags []string, points money.Points) bool {
	return points >= a.MinPoints && (len(a.Levels) == 0 || slices.Contains(a.Levels, level)) &&
		(len(a.Tags) == 0 || slices.ContainsFunc(a.Tags, func(t string) bool { return slices.Contains(tags, t) }))
}

// news adds what the cards of a template tell on this day.
func news(ctx context.Context, reader *store.Reader, tenant verno.TenantID, template verno.TemplateID, x *card.Facts) error {
	told, err := reader.NewsOn(ctx, tenant, template, x.At.Format(time.DateOnly))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	x.News = told.Text
	return err
}

// holderName adds the first name of the holder, where the design shows it and the member is still known.
func (r *Roll) holderName(ctx context.Context, reader *store.Reader, t *card.Template, m verno.Member, x *card.Facts) error {
	if !t.Design.ShowName || m.ID.IsZero() {
		return nil
	}
	p, err := r.Vault.Known(ctx, reader, m.Tenant, m.ID)
	x.Holder = p.FirstName
	return err
}
