package desk

import (
	"net/http"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// Tills: which there are, how they are, and how a new one is paired.
var terminalPages = []page{
	{"GET /terminals/new", managingStores, (*Desk).terminalForm},
	{"POST /terminals/new", managingStores, (*Desk).newTerminal},
	{"GET /terminals/{id}", managingStores, (*Desk).terminal},
	{"POST /terminals/{id}", managingStores, (*Desk).changeTerminal},
	{"POST /terminals/{id}/pair", managingStores, (*Desk).pairTerminal},
	{"POST /terminals/{id}/revoke", managingStores, (*Desk).revokeTerminal},
}

func terminalPath(id verno.TerminalID) string { return "/terminals/" + id.String() }

// quietFor is how long a till may say nothing before it is shown as one that is not there. It says something each minute.
const quietFor = 5 * time.Minute

// shownTill is a till with how it is.
type shownTill struct {
	auth.Terminal
	state string // message: desk.till.STATE
	tone  string // of the tag
}

func shownTerminal(t auth.Terminal, now time.Time) shownTill {
	shown := shownTill{Terminal: t, state: "here", tone: "good"}
	switch {
	case !t.RevokedAt.IsZero():
		shown.state, shown.tone = "revoked", "bad"
	case !t.Paired:
		shown.state, shown.tone = "unpaired", "warn"
	case t.SeenAt.IsZero():
		shown.state, shown.tone = "paired", ""
	case now.Sub(t.SeenAt) > quietFor:
		shown.state, shown.tone = "silent", "warn"
	}
	return shown
}

// eachTill looks at all tills in turn.
func (d *Desk) eachTill(c *call, look func(auth.Terminal)) error {
	for after := (verno.TerminalID{}); ; {
		rows, err := d.Gate.TerminalsAfter(c.r.Context(), c.actor, after, 500)
		if err != nil {
			return err
		}
		for _, t := range rows {
			look(t)
		}
		if len(rows) < 500 {
			return nil
		}
		after = rows[len(rows)-1].ID
	}
}

// tillsByStore counts the tills of each store that can be worked with.
func (d *Desk) tillsByStore(c *call) (map[verno.StoreID]int64, error) {
	n := map[verno.StoreID]int64{}
	err := d.eachTill(c, func(t auth.Terminal) {
		if t.RevokedAt.IsZero() {
			n[t.Store]++
		}
	})
	return n, err
}

// tills are those of one store.
func (d *Desk) tills(c *call, at verno.StoreID) ([]shownTill, error) {
	var list []shownTill
	err := d.eachTill(c, func(t auth.Terminal) {
		if t.Store == at {
			list = append(list, shownTerminal(t, c.now))
		}
	})
	return list, err
}

// standing is what the pages of a till show.
type standing struct {
	shownTill // zero for a new one
	place     string
	places    []option
	done      string
	pairing   *auth.Pairing // while a code is out
	address   string        // that the code to scan leads to
	since     string        // when the code was made, for the page to ask whether it was used
	joined    bool          // it was
}

func (d *Desk) terminalForm(c *call) error {
	s, err := d.standing(c)
	if err != nil {
		return err
	}
	c.form = filled("store_id", c.Query.Get("store"))
	return c.show(c.Say("desk.till.new"), terminalNew(c, s))
}

func (d *Desk) standing(c *call) (*standing, error) {
	c.Styles = append(c.Styles, "desk_people.css")
	places, err := d.places(c, c.Say("desk.till.choose"))
	return &standing{places: places}, err
}

func (d *Desk) newTerminal(c *call) error {
	s, err := d.standing(c)
	if err != nil {
		return err
	}
	at, err := storeOf(c)
	var made auth.Terminal
	if err == nil {
		made, err = d.Gate.CreateTerminal(c.r.Context(), c.actor, auth.NewTerminal{
			Store: at, Name: c.form.Value("name"), ExternalID: c.form.Value("external_id"),
		}, c.now)
	}
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(c.Say("desk.till.new"), terminalNew(c, s))
	}
	c.did(terminalPath(made.ID), "till")
	return nil
}

func (d *Desk) stood(c *call) (*standing, error) {
	s, err := d.standing(c)
	if err != nil {
		return nil, err
	}
	id, err := path[verno.TerminalID](c, "id")
	if err != nil {
		return nil, err
	}
	t, err := d.Gate.Terminal(c.r.Context(), c.actor, id)
	if err != nil {
		return nil, err
	}
	s.shownTill = shownTerminal(t, c.now)
	s.place, err = d.naming(c).store(t.Store)
	return s, err
}

func (s *standing) filled(c *call) {
	c.form = filled("name", s.Name, "store_id", s.Store.String(), "external_id", s.ExternalID, "revision", strconv.FormatInt(s.Revision, 10))
}

func (d *Desk) terminal(c *call) error {
	s, err := d.stood(c)
	if err != nil {
		return err
	}
	s.done = c.doneText()
	s.filled(c)
	status := http.StatusOK
	if since, err := strconv.ParseInt(c.Query.Get("since"), 10, 64); err == nil {
		s.joined = s.Paired && verno.Micros(s.PairedAt) >= since
		if s.joined || c.now.After(verno.FromMicros(since).Add(askFor)) {
			status = stopAsking
		}
	}
	return c.showAs(status, s.Name, terminalPage(c, s))
}

// The page of a code asks every few seconds whether it was used, for as long as the code can be. This status is the
// script's own for an answer after which it asks no more.
const (
	askFor     = 10 * time.Minute
	stopAsking = 286
)

func (d *Desk) changeTerminal(c *call) error {
	s, err := d.stood(c)
	if err != nil {
		return err
	}
	at, err := storeOf(c)
	if err == nil {
		revision, _ := strconv.ParseInt(c.form.Value("revision"), 10, 64)
		name, external := c.form.Value("name"), c.form.Value("external_id")
		_, err = d.Gate.ChangeTerminal(c.r.Context(), c.actor, s.ID, revision, auth.TerminalChange{Store: &at, Name: &name, ExternalID: &external}, c.now)
	}
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		if verno.AsError(err).Code == "etag_mismatch" {
			c.stale(s.Revision)
		}
		return c.again(s.Name, terminalPage(c, s))
	}
	c.did(terminalPath(s.ID), "saved")
	return nil
}

// pairTerminal shows a code in its answer: nothing but a keyed hash of it is kept. The code to scan opens the till's own
// page with it; there it stands behind the #, so that no server on the way writes it down.
func (d *Desk) pairTerminal(c *call) error {
	s, err := d.stood(c)
	if err != nil {
		return err
	}
	p, err := d.Gate.NewPairing(c.r.Context(), c.actor, s.ID, c.now)
	if err != nil {
		return err
	}
	s.pairing, s.address, s.since = &p, d.Frame.Origin(c.r)+"/till/#pair="+p.Code, strconv.FormatInt(verno.Micros(c.now), 10)
	s.filled(c)
	return c.show(s.Name, pairingPage(c, s))
}

func (d *Desk) revokeTerminal(c *call) error {
	s, err := d.stood(c)
	if err != nil {
		return err
	}
	if err := d.Gate.RevokeTerminal(c.r.Context(), c.actor, s.ID, c.now); err != nil {
		return err
	}
	c.did(terminalPath(s.ID), "till_revoked")
	return nil
}

// tillName is what a till is called. Many are called by a number alone.
func tillName(c *call, name string) string {
	if len(name) <= 3 {
		return c.Say("desk.till.number", "Name", name)
	}
	return name
}

// seen says when a till was last heard of, and what waits there.
func seen(c *call, t *shownTill) string {
	text := c.Say("desk.till.unseen")
	if !t.SeenAt.IsZero() {
		text = c.Say("desk.till.seen_at", "Moment", c.when(t.SeenAt))
	}
	if t.QueueDepth > 0 {
		text += " ·\u00a0" + c.Say("desk.till.waiting", "Receipts", c.Count("desk.receipt_count", t.QueueDepth))
	}
	return text
}
