package desk

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
)

// twoPlaces tells of a card whose code was shown in two places at once, as it were.
func (d *Desk) twoPlaces(c *call, names *naming, t *errand) error {
	var both checkout.Sightings
	if err := json.Unmarshal([]byte(t.Detail), &both); err != nil {
		return nil //nolint:nilerr // It has another form of detail and is shown by its kind.
	}
	first, err := d.shownAt(c, names, both.First.Store.String(), verno.FromMicros(both.First.At))
	if err != nil {
		return err
	}
	second, err := d.shownAt(c, names, both.Second.Store.String(), verno.FromMicros(both.Second.At))
	if err != nil {
		return err
	}
	t.title, t.text = c.Say("desk.task.two_places"), c.Say("desk.task.two_places_hint", "First", first, "Second", second)
	id, err := verno.ParseID[verno.MemberID](t.Ref)
	if err != nil {
		return err
	}
	return d.about(c, t, id)
}

// shownAt is where and when a code was shown.
func (d *Desk) shownAt(c *call, names *naming, shop string, at time.Time) (string, error) {
	id, err := verno.ParseID[verno.StoreID](shop)
	if err != nil {
		return c.when(at), nil //nolint:nilerr // In no store of ours.
	}
	name, err := names.store(id)
	return strings.Trim(name+", "+c.when(at), ", "), err
}
