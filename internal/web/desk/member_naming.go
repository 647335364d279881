package desk

import (
	"errors"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// naming is what identifiers stand for on one page. Each is looked up once.
type naming struct {
	d          *Desk
	c          *call
	stores     map[verno.StoreID]string
	staff      map[verno.StaffID]string
	promotions map[ruleset]map[verno.PromotionID]string
}

// ruleset is one version of a programme.
type ruleset struct {
	programme verno.ProgrammeID
	version   int64
}

func (d *Desk) naming(c *call) *naming {
	return &naming{
		d: d, c: c, stores: map[verno.StoreID]string{}, staff: map[verno.StaffID]string{},
		promotions: map[ruleset]map[verno.PromotionID]string{},
	}
}

// store is what a store is called; empty for none.
func (n *naming) store(id verno.StoreID) (string, error) {
	if name, known := n.stores[id]; known || id.IsZero() {
		return name, nil
	}
	s, err := n.d.Reader.Place(n.c.r.Context(), n.c.actor.Tenant, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	n.stores[id] = s.Name
	return s.Name, nil
}

// actor is who did something: a person by name, and in a word what is none.
func (n *naming) actor(name string) (string, error) {
	switch prefix, _, _ := strings.Cut(name, "_"); prefix {
	case "stf":
	case "key":
		return n.c.Say("desk.actor.key"), nil
	case "trm":
		return n.c.Say("desk.actor.till"), nil
	case "mem":
		return n.c.Say("desk.actor.member"), nil
	default:
		return "", nil
	}
	id, err := verno.ParseID[verno.StaffID](name)
	if err != nil {
		return name, nil //nolint:nilerr // It is no name of ours and is shown as it stands.
	}
	if known, ok := n.staff[id]; ok {
		return known, nil
	}
	called, err := n.d.Gate.NameOf(n.c.r.Context(), n.c.actor, id)
	if err != nil && verno.AsError(err).Kind != verno.KindNotFound {
		return "", err
	}
	n.staff[id] = called
	return called, nil
}

// promotion is what a promotion was called in the version by which it applied.
func (n *naming) promotion(at ruleset, id verno.PromotionID) (string, error) {
	if names, known := n.promotions[at]; known {
		return names[id], nil
	}
	v, err := n.d.Reader.Version(n.c.r.Context(), n.c.actor.Tenant, at.programme, at.version)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	names := map[verno.PromotionID]string{}
	if v != nil {
		for i := range v.Promotions {
			names[v.Promotions[i].ID] = v.Promotions[i].Name
		}
	}
	n.promotions[at] = names
	return names[id], nil
}
