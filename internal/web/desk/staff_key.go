package desk

import (
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// shownKey is a key with who has made it and where it works.
type shownKey struct {
	auth.Key
	by    string
	place string
}

func (d *Desk) keys(c *call) error {
	c.Styles = append(c.Styles, "desk_people.css")
	after, err := after[verno.APIKeyID](c)
	if err != nil {
		return err
	}
	test := c.Query.Get("test") != ""
	rows, err := d.Gate.KeysAfter(c.r.Context(), c.actor, test, after, pageSize+1)
	if err != nil {
		return err
	}
	rows, next := cutPage(rows, func(k *auth.Key) verno.APIKeyID { return k.ID })
	names, list := d.naming(c), make([]shownKey, len(rows))
	for i := range rows {
		list[i].Key = rows[i]
		if list[i].by, err = names.actor(rows[i].CreatedBy); err != nil {
			return err
		}
		if list[i].place, err = names.store(rows[i].Store); err != nil {
			return err
		}
	}
	return c.show(c.Say("desk.key.title"), keyList(c, list, next, test, c.doneText()))
}

// uses are what keys are made for most often, with what each needs.
var uses = []struct {
	name string
	may  verno.Permission
}{
	{"pos", verno.MayIdentify | verno.MaySell | verno.MayReturn | verno.MayReplay | verno.MayReadOperations | verno.MayTopUp | verno.MayWriteMembers | verno.MayReadReceipts | verno.MayReadConfig},
	{"app", verno.MayIdentify | verno.MaySell | verno.MayReturn | verno.MayReadOperations | verno.MayFindMembers | verno.MayReadMembers | verno.MayWriteMembers | verno.MayReadReceipts | verno.MayShowCodes},
	{"shop", verno.MayIdentify | verno.MaySell | verno.MayReturn},
	{"report", verno.MayReadReceipts | verno.MayReadConfig | verno.MayReadAudit},
}

// scopeGroups are the permissions in the order of the menu. What is new among them and stands here nowhere is shown last.
var scopeGroups = []struct {
	name string // message
	may  verno.Permission
}{
	{"desk.key_group.till", verno.MayIdentify | verno.MaySell | verno.MayReturn | verno.MayReplay | verno.MayTopUp},
	{"desk.section.customers", verno.MayReadReceipts | verno.MayReadOperations | verno.MayFindMembers | verno.MayReadMembers |
		verno.MayWriteMembers | verno.MayShowCodes | verno.MayAdjust | verno.MayAdjustAny | verno.MayErase},
	{"desk.section.offers", verno.MayReadConfig | verno.MayWriteConfig | verno.MayPublish},
	{"desk.section.settings", ^verno.Permission(0)},
}

// scopeGroup is a heading with the permissions below it that the reader may give.
type scopeGroup struct {
	name   string
	scopes []radio
}

func scopesIn(c *call) []scopeGroup {
	var all []scopeGroup
	left := c.actor.May
	for _, g := range scopeGroups {
		group := scopeGroup{name: c.Say(g.name)}
		for _, name := range (left & g.may).Scopes() {
			group.scopes = append(group.scopes, radio{name, c.Say("desk.scope." + scopeID(name)), ""})
		}
		if left &^= g.may; len(group.scopes) > 0 {
			all = append(all, group)
		}
	}
	return all
}

// keying is what the form of a key needs.
type keying struct {
	places []option
	scopes []scopeGroup // that the reader may give
}

func (d *Desk) keying(c *call) (*keying, error) {
	c.Styles = append(c.Styles, "desk_people.css")
	k := &keying{scopes: scopesIn(c)}
	var err error
	k.places, err = d.places(c, c.Say("desk.staff.everywhere"))
	return k, err
}

func (d *Desk) keyForm(c *call) error {
	k, err := d.keying(c)
	if err != nil {
		return err
	}
	c.form = filled("store_id", c.Query.Get("store"))
	for _, u := range uses {
		if u.name == c.Query.Get("for") {
			c.form.Values.Set("name", c.Say("desk.key_for."+u.name))
			c.form.Values["scope"] = (u.may & c.actor.May).Scopes()
		}
	}
	return c.show(c.Say("desk.key.new"), keyNew(c, k))
}

// newKey shows the secret in its answer and never again: nothing but its hash is kept.
func (d *Desk) newKey(c *call) error {
	k, err := d.keying(c)
	if err != nil {
		return err
	}
	n := auth.NewKey{Name: c.form.Value("name"), Test: c.form.On("test")}
	n.Scopes, _ = verno.ParseScopes(c.form.Values["scope"])
	n.ExpiresAt, err = untilDay(c.form.Value("expires_at"))
	if err == nil {
		n.Store, err = storeOf(c)
	}
	var made auth.Key
	var secret string
	if err == nil {
		made, secret, err = d.Gate.CreateKey(c.r.Context(), c.actor, n, c.now)
	}
	if err != nil {
		if err := c.mend(err, map[string]string{"scopes": "scope"}); err != nil {
			return err
		}
		return c.again(c.Say("desk.key.new"), keyNew(c, k))
	}
	c.Scripts = append(c.Scripts, "desk_copy.js")
	return c.show(c.Say("desk.key.made"), keyMade(c, &made, secret))
}

// untilDay is the end of a day that a form names; zero for none.
func untilDay(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, verno.InvalidField("/expires_at", "date_invalid", "form", "YYYY-MM-DD")
	}
	return t.AddDate(0, 0, 1), nil
}

func (d *Desk) revokeKey(c *call) error {
	id, err := path[verno.APIKeyID](c, "id")
	if err != nil {
		return err
	}
	if err := d.Gate.RevokeKey(c.r.Context(), c.actor, id, c.now); err != nil {
		return err
	}
	c.did("/keys", "key_revoked")
	return nil
}

// ticked says whether a box of several with one name is ticked.
func ticked(c *call, name, value string) bool { return slices.Contains(c.form.Values[name], value) }

// scopeID is the message that says a permission.
func scopeID(name string) string { return strings.ReplaceAll(name, ".", "_") }

// scopesText lists permissions in words.
func scopesText(c *call, p verno.Permission) string {
	names := p.Scopes()
	for i, name := range names {
		names[i] = c.Say("desk.scope." + scopeID(name))
	}
	return strings.Join(names, "; ")
}
