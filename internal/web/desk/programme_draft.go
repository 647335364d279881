package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
)

// draft is a programme as it stands on the desk: the terms and promotions that are drafted, beside those in force.
type draft struct {
	store.Programme

	promotions []store.Promotion // the archived ones too, by ID
	live       *verno.Version    // in force; nil where nothing was published yet
	shops      []verno.Store
	several    bool // there are other programmes to go to
}

// draft reads all of a programme.
func (d *Desk) draft(c *call, id verno.ProgrammeID) (*draft, error) {
	ctx := c.r.Context()
	p, err := d.Office.Programme(ctx, c.actor, id)
	if err != nil {
		return nil, err
	}
	all := &draft{Programme: p}
	if all.live, err = d.Reader.PublishedVersion(ctx, c.actor.Tenant, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	for after := (verno.PromotionID{}); ; {
		rows, err := d.Office.Promotions(ctx, c.actor, id, true, after, 0)
		if err != nil {
			return nil, err
		}
		all.promotions = append(all.promotions, rows...)
		if len(rows) == 0 || len(all.promotions) >= maxShown {
			break
		}
		after = rows[len(rows)-1].Draft.ID
	}
	all.shops, err = d.shops(c, id)
	return all, err
}

// maxShown is how many promotions are looked at: as many as a programme can have, and as many again in its archive.
const maxShown = 2 * promo.MaxPromotions

// shops are the stores of a programme, by ID.
func (d *Desk) shops(c *call, id verno.ProgrammeID) ([]verno.Store, error) {
	var shops []verno.Store
	for after := (verno.StoreID{}); len(shops) < 1000; {
		rows, err := d.Office.Places(c.r.Context(), c.actor, after, 0)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			break
		}
		for i := range rows {
			if rows[i].Programme == id && rows[i].ClosedAt.IsZero() {
				shops = append(shops, rows[i])
			}
		}
		after = rows[len(rows)-1].ID
	}
	return shops, nil
}

// next is what a publication would put into force.
func (d *draft) next() *verno.Version {
	v := &verno.Version{Programme: d.Draft}
	for i := range d.promotions {
		if d.promotions[i].ArchivedAt.IsZero() {
			v.Promotions = append(v.Promotions, d.promotions[i].Draft)
		}
	}
	return v
}

// inForce is the promotion as members meet it now; nil where it is not among those in force.
func (d *draft) inForce(id verno.PromotionID) *verno.Promotion { return promotionOf(d.live, id) }

func promotionOf(v *verno.Version, id verno.PromotionID) *verno.Promotion {
	if v == nil {
		return nil
	}
	for i := range v.Promotions {
		if v.Promotions[i].ID == id {
			return &v.Promotions[i]
		}
	}
	return nil
}

// waiting is how many changes a publication would bring.
func (d *draft) waiting() int64 {
	n := int64(0)
	if d.live == nil || !same(d.live.Programme, d.Draft) {
		n++
	}
	for i := range d.promotions {
		if d.changed(&d.promotions[i]) {
			n++
		}
	}
	return n
}

// changed says whether a publication would change what a promotion does.
func (d *draft) changed(p *store.Promotion) bool {
	live := d.inForce(p.Draft.ID)
	if !p.ArchivedAt.IsZero() {
		return live != nil
	}
	return live == nil || !samePromotion(live, &p.Draft)
}

// digest is a short name for all that is drafted, by which somebody who publishes shows what was looked at.
func (d *draft) digest() string {
	text, err := json.Marshal(d.next())
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// same says whether two documents mean the same: what is empty, zero or left out is all one.
func same(a, b any) bool { return reflect.DeepEqual(pruned(a), pruned(b)) }

// samePromotion is same, with a setting that is left out meaning its default.
func samePromotion(a, b *verno.Promotion) bool {
	x, y := *a, *b
	x.Settings, y.Settings = nil, nil
	for _, p := range []*verno.Promotion{&x, &y} {
		p.Schedule.From, p.Schedule.Until = inUTC(p.Schedule.From), inUTC(p.Schedule.Until)
	}
	return same(x, y) && a.Type == b.Type && reflect.DeepEqual(given(a), given(b))
}

func inUTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	utc := at.UTC()
	return &utc
}

// given are the settings of a promotion that are not as they would be anyway.
func given(p *verno.Promotion) map[string]any {
	settings := settingsOf(p.Settings)
	for _, f := range fieldsOf(p.Type) {
		if v, ok := settings[f.Name]; ok && (f.Default != "" && textOf(v) == f.Default || prune(v) == nil) {
			delete(settings, f.Name)
		}
	}
	return settings
}

func pruned(document any) any {
	text, err := json.Marshal(document)
	if err != nil {
		return err
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return err
	}
	return prune(tree)
}

// prune takes away what says nothing; nil where nothing is left.
func prune(tree any) any {
	switch t := tree.(type) {
	case map[string]any:
		for k, v := range t {
			if v = prune(v); v == nil {
				delete(t, k)
			} else {
				t[k] = v
			}
		}
		if len(t) == 0 {
			return nil
		}
	case []any:
		if len(t) == 0 {
			return nil
		}
	case string:
		if t == "" {
			return nil
		}
	case json.Number:
		if t == "0" {
			return nil
		}
	case float64:
		if t == 0 {
			return nil
		}
	case bool:
		if !t {
			return nil
		}
	}
	return tree
}
